// One run: set up, Python, reports.
#include "host.h"

#include "base/clock.h"
#include "base/log.h"
#include "boundary/calibrate.h"
#include "boundary/interrupt.h"
#include "boundary/module.h"
#include "boundary/table.h"
#include "interpreter/interpreter.h"
#include "package.h"
#include "record/snapshot.h"
#include "report/json.h"
#include "report/output.h"
#include "report/table.h"
#include "toolchain/finder.h"

#include <polyhost/version.h>

#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace polyhost {

namespace {

// What is left to do when Python has ended. Python calls back without an argument.
struct Run {
  base::Moment start{};
  std::string script;
  std::vector<std::pair<std::string, report::Output>> reports;  // format, and where to
  pid_t process = 0;
  bool imports_cpp = false;
};

Run& current_run() {
  static Run& run = *new Run;
  return run;
}

record::Snapshot take_snapshot() {
  const Run& run = current_run();
  return record::take_snapshot(boundary::ledger(), run.start, run.script, boundary::timing(),
                               boundary::calibrated_cost(boundary::timing()));
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

void write_report(const std::string& format, report::Output& output, const record::Snapshot& snapshot) {
  const int failure = output.write(render(snapshot, format));
  if (failure == 0 || output.path().empty()) return;  // without stderr there is nobody to tell
  base::log_error("cannot write the report to " + output.path() + ": " + std::strerror(failure) +
                  "; here is the table instead");
  report::Output(std::string()).write(render(snapshot, "table"));
}

// Called by Python, from C: nothing may be thrown.
void write_reports() noexcept {
  Run& run = current_run();
  if (run.reports.empty() || ::getpid() != run.process) return;  // a forked child leaves them to its parent
  try {
    const record::Snapshot snapshot = take_snapshot();
    for (auto& [format, output] : run.reports) write_report(format, output, snapshot);
  } catch (const std::exception& error) {
    base::log_error(std::string("the report is lost: ") + error.what());
  }
}

// For the end that a second Ctrl-C forces. No report can be made then: the native function may hold any lock.
const char* last_words(bool reports) {
  return reports ? "polyhost: ended by the second Ctrl-C in a native function; the report is lost\n"
                 : "polyhost: ended by the second Ctrl-C in a native function\n";
}

// Called when Python is initialised.
void prepare_python() {
  boundary::remember_python_handler();
  if (current_run().imports_cpp) toolchain::install_finder();
}

// False, with a message, if a report's file cannot be opened.
bool claim_outputs(const std::vector<ReportRequest>& requests) {
  Run& run = current_run();
  for (const ReportRequest& request : requests) {
    report::Output output(request.file);
    if (output.open_error() != 0 && !request.file.empty()) {
      base::log_error("cannot write the report to " + request.file + ": " +
                      std::strerror(output.open_error()) + "; choose another file");
      return false;
    }
    run.reports.emplace_back(request.format, std::move(output));
  }
  return true;
}

}  // namespace

int run(const RunOptions& options) {
  base::choose_clock();
  Run& current = current_run();
  current.start = base::now();
  current.script = options.script;
  current.process = ::getpid();
  current.imports_cpp = options.imports_cpp;
  if (!claim_outputs(options.reports)) return 2;
  boundary::register_module({take_snapshot, reset, render, !options.reports.empty(), options.reloads});
  boundary::set_timing(options.timing);
  boundary::prepare_watch(last_words(!options.reports.empty()));
  interpreter::freeze(package::modules());
  base::log_debug("polyhost " POLYHOST_VERSION " runs " +
                  (options.script.empty() ? "no script" : options.script) + " by Python " +
                  interpreter::version() + ", clock " + base::clock_source());
  return interpreter::run({options.arguments, options.original_arguments, options.use_virtual_env,
                           options.gc_throughput, prepare_python, write_reports});
}

std::string version_text() {
  return "polyhost " POLYHOST_VERSION "\nPython " + interpreter::version() +
         ", linked " POLYHOST_PYTHON_LINKED "\ncompiler " + __VERSION__ + "\n";
}

}  // namespace polyhost
