// The live counts of a process: one record a function and direction, written by the boundary's hot path.
// Not a snapshot (snapshot.h), which is a copy in nanoseconds. No Python.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/detail/estimate.hpp>
#include <polyhost/snapshot.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace polyhost::record {

// Not synchronised: all members are called with the GIL held, or after Python has ended.
class Ledger {
 public:
  struct Entry {
    std::string module;
    std::string name;  // qualified
    polyhost_direction direction;
    polyhost_record counts;
    detail::totals settled;          // of calls in timing modes before this one
    std::string signature;           // "(x: float) -> float"; empty if nobody has said
    std::uint32_t traits;            // POLYHOST_TRAIT bits
    std::deque<CallSite> sites;      // lines that call it, with the calls of which that is known
    CallSite* last_site = nullptr;   // that was looked at
    std::uint64_t looked_until = 0;  // how many calls of `counts` had been made at the last look

    // Calls after it, which are taken to be of the same line.
    [[nodiscard]] std::uint64_t since_last_look() const;
  };

  // The record of module.name in that direction: made on first request, the same one ever after.
  // It keeps its address and lives as long as the ledger. Throws std::bad_alloc.
  polyhost_record& record(const std::string& module, const std::string& name, polyhost_direction direction);

  // The entry that the record belongs to; null if it is none of this ledger's.
  [[nodiscard]] Entry* find(const polyhost_record& record);

  // Sets all counts to zero. Calls under way are counted when they end.
  void reset();

  // Before the timing mode changes: what has been counted is settled, since calls of one mode do not stand
  // for those of another; the next call of each function is split.
  void settle();

  // True if there is a record of a function of that module.
  [[nodiscard]] bool knows(std::string_view module) const;

  // In order of registration.
  [[nodiscard]] const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry> entries_;  // a deque: records must not move
  std::map<std::pair<std::string, polyhost_direction>, Entry*> index_;
  std::unordered_map<const polyhost_record*, Entry*> by_record_;
};

}  // namespace polyhost::record
