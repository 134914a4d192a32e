// What a process that hosts Python has once, whether it is the program polyhost (host.h) or one that embeds
// the engine (polyhost/engine.hpp): the moment it began, its ledger, and what Python finds built in.
#pragma once

#include "record/snapshot.h"
#include "report/table.h"

#include <polyhost/abi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyhost::session {

struct Options {
  std::string script;                       // what is run, for the reports' heading
  std::optional<polyhost_timing> timing{};  // nothing: the parent's, if it shares its counts, or exact
  bool reports_at_end = false;              // a report will be made when Python has ended
  // Makes them; for the signals that end the process, and, in its copy, for a crash. Null: signals are not
  // ours.
  void (*write_reports)() = nullptr;
  void (*write_reports_of_copy)() = nullptr;
  std::size_t trace_events = 0;   // so many calls of each thread are kept one by one
  bool call_sites_exact = false;  // the line that makes a call is looked at each time, as in the parent's
  bool all_native = false;  // native functions that are not polyhost's are timed, too, or as in the parent
  bool shares = false;      // other processes may see the counts (record/store.h)
  bool reloads = false;     // what was compiled for an import is loaded again when it has changed
};

// Before Python starts: starts the clock and makes _polyhost and the package polyhost importable. The calling
// thread becomes Python's main thread. Throws std::bad_alloc.
void begin(const Options& options);

// Once Python is initialised; `imports_cpp`: `import kernels` finds kernels.cpp; `accelerators`: what
// polyhost.accelerate gets.
void python_started(bool imports_cpp, const std::vector<std::string>& accelerators = {});

// The ledger as it is now. Needs the GIL while Python runs.
record::Snapshot take_snapshot();
// The same with what the processes that come from this one have counted (family.h).
record::Snapshot take_family_snapshot();

// The calls that were kept, as trace events (report/trace.h): when Python has ended. False if `sink` did not
// take all.
bool write_trace(const record::Snapshot& snapshot, const std::function<bool(std::string_view)>& sink);

// A named part of the run (record/region.h). Both need the GIL. end_region: false if the token is of none
// that is open.
std::uint64_t begin_region();
bool end_region(std::uint64_t token, const std::string& name);

// Empties the ledger and restarts the wall clock. Needs the GIL.
void reset();

// A snapshot of this run as text, the table in that style; html with the calls that were kept. Throws
// std::invalid_argument for a format other than "table", "json" and "html", and for an order that
// report/order.h does not know. Needs the GIL while Python runs.
std::string render(const record::Snapshot& snapshot, const std::string& format,
                   const report::TableStyle& style = {});

}  // namespace polyhost::session
