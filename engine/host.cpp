// One run: set up, Python, reports.
#include "host.h"

#include "base/clock.h"
#include "base/log.h"
#include "boundary/module.h"
#include "boundary/table.h"
#include "interpreter/interpreter.h"
#include "package.h"
#include "record/snapshot.h"
#include "report/json.h"
#include "report/table.h"

#include <polyhost/version.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace polyhost {

namespace {

// What is left to do when Python has ended. Python calls back without an argument.
struct Run {
  base::Moment start{};
  std::string script;
  std::vector<ReportRequest> reports;
  pid_t process = 0;
};

Run& current_run() {
  static Run& run = *new Run;
  return run;
}

record::Snapshot take_snapshot() {
  const Run& run = current_run();
  return record::take_snapshot(boundary::ledger(), run.start, run.script);
}

void reset() {
  boundary::ledger().reset();
  current_run().start = base::now();
}

std::string render(const record::Snapshot& snapshot, const std::string& format) {
  if (format == "table") return report::table(snapshot);
  if (format == "json") return report::json(snapshot);
  throw std::invalid_argument("use 'table' or 'json': there is no report format '" + format + "'");
}

// 0, or the errno.
int write_all(int file, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return 0;
}

int write_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  const int failure = write_all(file, text);
  const int closed = ::close(file) == 0 ? 0 : errno;
  return failure != 0 ? failure : closed;
}

void write_report(const ReportRequest& request, const record::Snapshot& snapshot) {
  const std::string text = render(snapshot, request.format);
  if (request.file.empty()) {
    write_all(STDERR_FILENO, text);
    return;
  }
  const int failure = write_file(request.file, text);
  if (failure == 0) return;
  base::log_error("cannot write the report to " + request.file + ": " + std::strerror(failure) +
                  "; here is the table instead");
  write_all(STDERR_FILENO, render(snapshot, "table"));
}

void write_reports() {
  const Run& run = current_run();
  if (run.reports.empty() || ::getpid() != run.process) return;  // a forked child leaves them to its parent
  const record::Snapshot snapshot = take_snapshot();
  for (const ReportRequest& request : run.reports) write_report(request, snapshot);
}

// Paths are meant from where the run begins, whatever directory the script goes to.
std::string absolute(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  char* directory = ::getcwd(nullptr, 0);
  std::string full = directory != nullptr ? std::string(directory) + "/" + path : path;
  std::free(directory);
  return full;
}

bool can_be_written(const ReportRequest& request) {
  if (request.file.empty()) return true;
  const int file = ::open(request.file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  if (file < 0) {
    base::log_error("cannot write the report to " + request.file + ": " + std::strerror(errno) +
                    "; choose another file");
    return false;
  }
  ::close(file);
  return true;
}

}  // namespace

int run(const RunOptions& options) {
  base::choose_clock();
  Run& current = current_run();
  current = {base::now(), options.script, options.reports, ::getpid()};
  for (ReportRequest& request : current.reports) {
    request.file = absolute(request.file);
    if (!can_be_written(request)) return 2;
  }
  boundary::register_module({take_snapshot, reset, render});
  interpreter::freeze(package::modules());
  return interpreter::run({options.arguments, options.original_arguments, write_reports});
}

std::string version_text() {
  return "polyhost " POLYHOST_VERSION "\nPython " + interpreter::version() + "\ncompiler " + __VERSION__ +
         "\n";
}

}  // namespace polyhost
