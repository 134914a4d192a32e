// Adding up ledgers.
#include "family.h"

#include "base/clock.h"
#include "record/store.h"
#include "report/wall.h"

#include <unistd.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace polyhost::family {

namespace {

const char* state_of(const record::StoredProcess& process) {
  if (process.ended_ns != 0) return "ended";
  return record::is_running(process.pid) ? "running" : "ended at once";
}

record::Process describe(const record::StoredProcess& process, std::string script,
                         const record::Snapshot& counted) {
  const report::Wall wall = report::split_wall(counted);
  record::Process made{.pid = process.pid,
                       .parent_pid = process.parent_pid,
                       .script = std::move(script),
                       .state = state_of(process),
                       .wall_ns = 0,
                       .calls = 0,
                       .native_ns = wall.native_ns,
                       .crossing_ns = wall.crossing_ns};
  const std::uint64_t until = process.ended_ns != 0 ? process.ended_ns : base::now().ns;
  if (made.state != std::string_view("ended at once") && until > process.start.ns)
    made.wall_ns = until - process.start.ns;
  for (const record::Function& f : counted.functions) made.calls += f.calls;
  return made;
}

// Adds what stands in the slots to `all`, and to `processes`.
void add(const std::vector<record::Slot>& slots, const TakeSnapshot& take, record::Ledger& all,
         std::vector<record::Process>& processes) {
  for (const record::Slot& slot : slots) {
    const record::StoredProcess& process = slot.process();
    if (process.clock != static_cast<std::uint32_t>(detail::clock_in_use)) continue;  // other ticks
    record::Ledger one;
    one.add(slot);
    all.add(one);
    processes.push_back(describe(process, slot.text(process.script), take(one)));
  }
}

}  // namespace

record::Snapshot take_snapshot(record::Ledger& own, const TakeSnapshot& take) {
  const std::vector<record::Slot> slots = own.store().descendants();
  if (slots.empty()) return take(own);
  record::Ledger all;
  all.add(own);
  std::vector<record::Process> processes;
  const record::Snapshot first = take(own);
  processes.push_back(describe(own.store().process(), first.script, first));
  add(slots, take, all, processes);
  record::Snapshot taken = take(all);
  taken.processes = std::move(processes);
  taken.processes_without_slot = own.store().without_slot();
  return taken;
}

record::Snapshot look_at(std::int64_t pid) {
  const std::string process = "process " + std::to_string(pid);
  std::vector<record::Slot> slots;
  try {
    slots = record::family_of(pid);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory)
      throw std::runtime_error("there is no " + process);
    throw std::runtime_error(process + " cannot be looked at: " + error.code().message() +
                             "; look as the user that runs it");
  }
  if (slots.empty())
    throw std::runtime_error(process +
                             " shows nothing: start it by polyhost, with --live or with POLYHOST_LIVE=1 in "
                             "the environment");
  const record::StoredProcess& first = slots.front().process();
  const std::string script = slots.front().text(first.script);
  const base::Moment start = first.start;
  const TakeSnapshot take = [&](const record::Ledger& ledger) {
    return record::take_snapshot(ledger, start, script, POLYHOST_TIMING_EXACT, {});
  };
  record::Ledger all;
  std::vector<record::Process> processes;
  add(slots, take, all, processes);
  record::Snapshot taken = take(all);
  taken.processes = std::move(processes);
  return taken;
}

}  // namespace polyhost::family
