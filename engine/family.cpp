// Adding up ledgers.
#include "family.h"

#include "base/clock.h"
#include "record/store.h"
#include "report/wall.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace polyhost::family {

namespace {

using record::Process;
using record::Snapshot;

Process describe(const record::StoredProcess& process, const Snapshot& counted) {
  const report::Wall wall = report::split_wall(counted);
  Process made{.pid = process.pid,
               .parent_pid = process.parent_pid,
               .script = counted.script,
               .state = "running",
               .wall_ns = 0,
               .calls = 0,
               .native_ns = wall.native_ns,
               .crossing_ns = wall.crossing_ns};
  std::uint64_t until = base::now().ns;
  if (process.ended_ns != 0) {
    made.state = "ended";
    until = process.ended_ns;
  } else if (!record::is_running(process.pid)) {
    made.state = "ended at once";
    until = 0;
  }
  if (until > process.start.ns) made.wall_ns = until - process.start.ns;
  for (const record::Function& f : counted.functions) made.calls += f.calls;
  return made;
}

// What was counted by several processes.
class Sum {
 public:
  explicit Sum(const TakeSnapshot& take) : take_(take) {}

  // Of a slot; one that cannot be read is only counted. `since`: the slots below it are of before the last
  // reset, and what has ended is left out.
  void add(int file, std::uint64_t index, std::uint64_t since) {
    try {
      const record::Slot slot(file, index);
      if (slot.process().clock != static_cast<std::uint32_t>(detail::clock_in_use)) {  // other ticks
        ++unread_;
        return;
      }
      if (index < since && (slot.process().ended_ns != 0 || !record::is_running(slot.process().pid))) return;
      record::Ledger one;
      one.add(slot);
      Snapshot counted = take_(one);
      counted.script = slot.script();
      add(slot.process(), counted, one);
    } catch (const std::exception&) {
      ++unread_;
    }
  }
  // `counted` is the snapshot of the ledger.
  void add(const record::StoredProcess& process, const Snapshot& counted, const record::Ledger& ledger) {
    all_.add(ledger);
    processes_.push_back(describe(process, counted));
  }

  [[nodiscard]] Snapshot take() {
    drop_forgotten();
    Snapshot taken = take_(all_);
    taken.processes = std::move(processes_);
    taken.processes_unread = unread_;
    return taken;
  }

 private:
  // Those that fork() has made on the way to another program, which counts in a slot of its own, or in none.
  void drop_forgotten() {
    std::vector<Process> kept;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      const Process& p = processes_[i];
      const bool again =
          std::any_of(processes_.begin() + static_cast<std::ptrdiff_t>(i) + 1, processes_.end(),
                      [&](const Process& later) { return later.pid == p.pid; });
      if (i == 0 || p.calls != 0 || (p.state != "ended at once" && !again)) kept.push_back(p);
    }
    processes_ = std::move(kept);
  }

  const TakeSnapshot& take_;
  record::Ledger all_;
  std::vector<Process> processes_;
  std::uint64_t unread_ = 0;
};

// Throws as look_at() does.
record::FamilyFile file_of(std::int64_t pid) {
  const std::string process = "process " + std::to_string(pid);
  try {
    if (std::optional<record::FamilyFile> found = record::family_of(pid)) return std::move(*found);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory)
      throw std::runtime_error("there is no " + process);
    throw std::runtime_error(process + " cannot be looked at: " + error.code().message() +
                             "; look as the user that runs it");
  }
  throw std::runtime_error(process +
                           " shows nothing: start it by polyhost, with --live or with POLYHOST_LIVE=1 in the "
                           "environment");
}

}  // namespace

Snapshot take_snapshot(record::Ledger& own, std::uint64_t since, const TakeSnapshot& take) {
  record::Store& store = own.store();
  const std::vector<std::uint64_t> slots = store.descendants();
  const std::uint64_t begun = store.begun_after();
  if (begun == 0 || (slots.empty() && store.parent())) return take(own);
  Sum sum(take);
  sum.add(store.process(), take(own), own);
  for (const std::uint64_t slot : slots) sum.add(store.file(), slot, since);
  Snapshot taken = sum.take();
  // Where the script has closed the file, nobody can be read.
  taken.processes_unread += slots.empty() ? begun : store.without_slot();
  if (taken.processes.size() == 1 && taken.processes_unread == 0) taken.processes.clear();  // it is alone
  return taken;
}

Snapshot look_at(std::int64_t pid) {
  const record::FamilyFile file = file_of(pid);
  const std::optional<std::uint64_t> slot = file.slot_of(pid);
  if (!slot) throw std::runtime_error("there is no process " + std::to_string(pid));  // any more
  const record::Slot first(file.number(), *slot);
  const record::StoredProcess& process = first.process();
  const std::string script = first.script();
  const auto timing = process.timing < POLYHOST_TIMING_COUNT ? static_cast<polyhost_timing>(process.timing)
                                                             : POLYHOST_TIMING_EXACT;
  const TakeSnapshot take = [&](const record::Ledger& ledger) {
    return record::take_snapshot(ledger, process.start, script, timing, {}, process.every_site != 0);
  };
  Sum sum(take);
  sum.add(file.number(), *slot, 0);
  for (const std::uint64_t child : file.descendants(*slot)) sum.add(file.number(), child, 0);
  Snapshot taken = sum.take();
  if (taken.processes.empty())
    throw std::runtime_error("what process " + std::to_string(pid) + " has counted cannot be read");
  return taken;
}

}  // namespace polyhost::family
