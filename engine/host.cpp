// One run: set up, Python, reports.
#include "host.h"

#include "base/log.h"
#include "boundary/table.h"
#include "interpreter/interpreter.h"
#include "report/budget.h"
#include "report/output.h"
#include "session.h"

#include <polyhost/version.h>
#include <polyhost/detail/environment.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace polyhost {

namespace {

constexpr int over_budget_status = 3;

// Those of scripts/polyhost/accelerators.
constexpr std::string_view known_accelerators[] = {"json"};
constexpr const char* accelerators_variable = "POLYHOST_ACCELERATE";

constinit std::mutex writing;
constinit bool written = false;

// What is left to do when Python has ended. Python calls back without an argument.
struct Run {
  std::vector<std::pair<std::string, report::Output>> reports;  // format, and where to
  std::string order;                                            // of the tables' rows
  pid_t process = 0;
  bool only_with_functions = false;  // no native function, no report
  std::optional<report::Output> trace;
  std::vector<report::Budget> budgets;
  std::optional<report::Output> messages;  // stderr, as it was when the run began
  bool over_budget = false;
  bool imports_cpp = false;
  std::vector<std::string> accelerators;
};

Run& current_run() {
  static Run& run = *new Run;
  return run;
}

// As wide as the terminal that it goes to, if it is one.
report::TableStyle style_for(const report::Output& output) {
  report::TableStyle style{.order = current_run().order};
  style.terminal_width = output.terminal_columns();
  style.coloured = style.terminal_width && report::terminal_takes_colours();
  return style;
}

void write_report(const std::string& format, report::Output& output, const record::Snapshot& snapshot) {
  const int failure = output.write(session::render(snapshot, format, style_for(output)));
  if (failure == 0 || output.path().empty()) return;  // without stderr there is nobody to tell
  base::log_error("cannot write the report to " + output.path() + ": " + std::strerror(failure) +
                  "; here is the table instead");
  report::Output stderr_now{std::string()};
  stderr_now.write(session::render(snapshot, "table", style_for(stderr_now)));
}

void write_trace(report::Output& output, const record::Snapshot& snapshot) {
  int failure = output.begin();
  session::write_trace(snapshot, [&](std::string_view piece) {
    if (failure == 0) failure = output.append(piece);
    return failure == 0;
  });
  if (failure != 0)
    base::log_error("cannot write the trace to " + output.path() + ": " + std::strerror(failure) +
                    "; the file is cut short");
}

void check_budgets(const record::Snapshot& snapshot) {
  Run& run = current_run();
  for (const report::Finding& finding : report::check(run.budgets, snapshot)) {
    run.messages->write("polyhost: " + finding.text + "\n");
    run.over_budget = run.over_budget || finding.is_breach;
  }
}

// Called by exit(): the one place that knows the status and can still change it, however the script ended.
void end_over_budget(int status, void*) {
  const Run& run = current_run();
  if (status != 0 || !run.over_budget || ::getpid() != run.process) return;
  std::fflush(nullptr);
  ::_exit(over_budget_status);
}

// Called by Python when it has ended, or by what a signal ends: nothing may be thrown. The second call waits
// for the first, and does nothing.
void write_reports() noexcept {
  const std::lock_guard<std::mutex> lock(writing);
  if (std::exchange(written, true)) return;
  Run& run = current_run();
  if (::getpid() != run.process) return;  // a forked child leaves them to its parent
  if (run.only_with_functions && boundary::ledger().entries().empty()) run.reports.clear();
  if (run.reports.empty() && run.budgets.empty() && !run.trace) return;
  try {
    const record::Snapshot snapshot = session::take_family_snapshot();
    for (auto& [format, output] : run.reports) write_report(format, output, snapshot);
    if (run.trace) write_trace(*run.trace, snapshot);
    check_budgets(snapshot);
  } catch (const std::exception& error) {
    base::log_error(std::string("the report is lost: ") + error.what());
  }
}

// The same in the copy of a process that has crashed.
void write_reports_of_copy() {
  if (!writing.try_lock()) ::_exit(1);  // the crash was in there
  writing.unlock();
  current_run().process = ::getpid();
  write_reports();
}

// Called when Python is initialised.
void python_started() { session::python_started(current_run().imports_cpp, current_run().accelerators); }

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    all.emplace_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

// What the switch and the environment ask for; from now on the environment asks for all of it, so that
// children do as this process does.
std::vector<std::string> choose_accelerators(std::string names) {
  if (detail::environment_wants(accelerators_variable)) {
    const std::string inherited = std::getenv(accelerators_variable);
    const std::string wrong = unknown_accelerators(inherited);
    if (wrong.empty())
      names += (names.empty() ? "" : ",") + inherited;
    else
      base::log_error(std::string(accelerators_variable) + " knows no " + wrong + ": use " +
                      accelerator_names());
  }
  std::vector<std::string> all = split(names);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::string joined;
  for (const std::string& name : all) joined += (joined.empty() ? "" : ",") + name;
  if (!all.empty()) ::setenv(accelerators_variable, joined.c_str(), 1);
  return all;
}

// Nothing, with a message, if a file cannot be opened.
std::optional<report::Output> claim(const char* what, const std::string& file) {
  report::Output output(file);
  if (output.open_error() == 0 || file.empty()) return output;
  base::log_error(std::string("cannot write the ") + what + " to " + file + ": " +
                  std::strerror(output.open_error()) + "; choose another file");
  return std::nullopt;
}

// False, with a message, if a file cannot be opened.
bool claim_outputs(const std::vector<ReportRequest>& requests, const std::string& trace_file) {
  Run& run = current_run();
  for (const ReportRequest& request : requests) {
    std::optional<report::Output> output = claim("report", request.file);
    if (!output) return false;
    run.reports.emplace_back(request.format, std::move(*output));
  }
  if (trace_file.empty()) return true;
  std::optional<report::Output> output = claim("trace", trace_file);
  if (output) run.trace.emplace(std::move(*output));
  return output.has_value();
}

}  // namespace

std::string unknown_accelerators(std::string_view names) {
  std::string unknown;
  for (const std::string& name : split(names)) {
    if (std::ranges::find(known_accelerators, name) != std::end(known_accelerators)) continue;
    unknown += (unknown.empty() ? "'" : ", '") + name + "'";
  }
  return unknown;
}

std::string accelerator_names() {
  std::string names;
  for (const std::string_view name : known_accelerators)
    names.append(names.empty() ? "" : " or ").append(name);
  return names;
}

int run(const RunOptions& options) {
  Run& current = current_run();
  current.process = ::getpid();
  current.imports_cpp = options.imports_cpp;
  current.accelerators = choose_accelerators(options.accelerators);
  current.order = options.order;
  std::vector<ReportRequest> requests = options.reports;
  // As under plain python3: every process inherits it, and most of them have no native functions.
  current.only_with_functions = requests.empty() && detail::environment_wants_report();
  if (current.only_with_functions) requests.push_back({"table", ""});
  if (!claim_outputs(requests, options.trace_file)) return 2;
  current.budgets = options.budgets;
  const bool reports = !requests.empty() || !current.budgets.empty() || current.trace;
  if (!current.budgets.empty()) {
    current.messages.emplace(std::string());
    ::on_exit(end_over_budget, nullptr);
  }
  const bool draws = std::any_of(requests.begin(), requests.end(),
                                 [](const ReportRequest& request) { return request.format == "html"; });
  session::begin({.script = options.script,
                  .timing = options.timing,
                  .reports_at_end = reports,
                  .write_reports = write_reports,
                  .write_reports_of_copy = write_reports_of_copy,
                  .trace_events = current.trace || draws ? options.trace_events : 0,
                  .call_sites_exact = options.call_sites_exact,
                  .all_native = options.all_native,
                  .shares = !options.reports.empty() || !current.budgets.empty() || options.live ||
                            detail::environment_wants("POLYHOST_LIVE"),
                  .reloads = options.reloads});
  return interpreter::run({options.arguments, options.original_arguments, options.use_virtual_env,
                           options.gc_throughput, python_started, write_reports});
}

std::string version_text() {
  return "polyhost " POLYHOST_VERSION "\nPython " + interpreter::version() +
         ", linked " POLYHOST_PYTHON_LINKED "\ncompiler " + __VERSION__ + "\n";
}

}  // namespace polyhost
