// The built-in module _polyhost: what the Python package polyhost (scripts/polyhost) stands on.
#pragma once

#include "record/snapshot.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace polyhost::boundary {

// As report/advice.h has it.
struct Advice {
  std::string rule;
  std::string function;
  std::string text;
  std::uint64_t saves_ns;
};

// What the module needs from parts of the engine that the boundary does not know.
struct Services {
  std::function<record::Snapshot()> take_snapshot;  // of the current run
  std::function<void()> reset;                      // empties the ledger, restarts the wall clock
  std::function<std::uint64_t()> begin_region;      // a token for end_region
  std::function<bool(std::uint64_t token, const std::string& name)> end_region;  // false if it is not open
  // The snapshot as text; throws std::invalid_argument for a format or an order that it does not know.
  std::function<std::string(const record::Snapshot&, const std::string& format, const std::string& order)>
      render;
  // The same of a report that was saved as JSON. Throws std::invalid_argument for text that is none, too.
  std::function<std::string(const std::string& json, const std::string& format, const std::string& order)>
      show;
  // What has changed between reports saved as JSON: those before, those after.
  std::function<std::string(const std::vector<std::string>& before, const std::vector<std::string>& after)>
      diff;
  std::function<std::vector<Advice>(const record::Snapshot&)> advise;
  // What a running process and its children have counted, as JSON. Throws std::runtime_error if that cannot
  // be seen.
  std::function<std::string(std::int64_t pid)> look_at;
  // Makes what reports were asked for, once; the second does it in the copy of a process that has crashed.
  // Null: signals are somebody else's.
  void (*write_reports)() = nullptr;
  void (*write_reports_of_copy)() = nullptr;
  bool reports_at_end = false;  // a report will be made when Python has ended
  bool reloads = false;         // _polyhost.reloads, for the loader: watch what modules were made from
};

// Registers _polyhost with Python, which must not run yet; it is built when it is first imported.
void register_module(Services services);

}  // namespace polyhost::boundary
