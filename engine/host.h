// The program's run: python3's command line on a session (session.h), and the reports at its end.
#pragma once

#include "record/timing.h"
#include "report/budget.h"
#include "report/order.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyhost {

// A report to be made when the run ends.
struct ReportRequest {
  std::string format;  // "table", "json" or "html"
  std::string file;    // empty: stderr
};

struct RunOptions {
  std::vector<char*> arguments;           // for python3; argv[0] first
  std::vector<char*> original_arguments;  // all of them, for sys.orig_argv
  bool use_virtual_env = false;           // enter the venv that VIRTUAL_ENV names
  bool gc_throughput = false;             // --gc=throughput: the cyclic garbage collector runs less often
  bool imports_cpp = false;               // `import kernels` finds kernels.cpp
  bool reloads = false;                   // and loads it again when it has changed
  std::optional<polyhost_timing> timing;  // nothing: as session.h says
  std::string script;                     // what is run, for the reports' heading
  std::vector<ReportRequest> reports;
  std::string order{report::default_order};  // of the tables' rows (report/order.h)
  std::vector<report::Budget> budgets;       // checked at the end
  std::string trace_file;                    // the calls one by one; empty: nowhere
  std::size_t trace_events = 1'000'000;      // of each thread, the newest
  bool all_native = false;                   // native functions that are not polyhost's are timed, too
  bool live = false;                         // other processes may look on
  bool call_sites_exact = false;             // the line that makes a call is looked at each time
  std::string accelerators;                  // "json": what polyhost.accelerate gets at the start
};

// Of names with commas between them, those that polyhost.accelerate does not know, as "'x', 'y'".
std::string unknown_accelerators(std::string_view names);
// Those that it knows.
std::string accelerator_names();

// Runs a script, and writes the reports when Python has ended. Returns the exit status; may not return
// (interpreter/interpreter.h). A report's file that cannot be opened ends the run before it begins, with
// status 2; one that cannot be written at the end is replaced by the table on stderr. A script that ends with
// status 0 and is over a budget gets status 3, with a sentence for each breach on stderr.
int run(const RunOptions& options);

// What `polyhost version` prints: polyhost, Python, compiler, one line each.
std::string version_text();

}  // namespace polyhost
