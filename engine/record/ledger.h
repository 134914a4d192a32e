// The live counts of a process: one record a function and direction, written by the boundary's hot path.
// Not a snapshot (snapshot.h), which is a copy in nanoseconds. No Python.
#pragma once

#include "record/store.h"

#include <polyhost/abi.h>
#include <polyhost/detail/estimate.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace polyhost::record {

// A trait (abi.h) of the host's own: only the Python side of its calls is known.
inline constexpr std::uint32_t one_sided_trait = 1U << 31U;

// Not synchronised: all members are called with the GIL held, or after Python has ended.
class Ledger {
 public:
  // A line that calls a function, with the calls of which that is known.
  struct Site {
    std::string file;
    int line;
    std::string function;
    StoredSite& stored;
  };
  struct Entry {
    std::string module;
    std::string name;  // qualified
    polyhost_direction direction;
    StoredFunction& stored;
    polyhost_record& counts;  // in `stored`, as is the next
    detail::totals& settled;  // of calls in timing modes before this one
    std::string signature;    // "(x: float) -> float"; empty if nobody has said
    std::uint32_t traits;     // POLYHOST_TRAIT bits, and one_sided_trait
    std::deque<Site> sites;
    Site* last_site = nullptr;       // that was looked at
    std::uint64_t looked_until = 0;  // how many calls of `counts` had been made at the last look

    // Calls after it, which are taken to be of the same line.
    [[nodiscard]] std::uint64_t since_last_look() const;
  };

  // The record of module.name in that direction: made on first request, the same one ever after.
  // It keeps its address and lives as long as the ledger. Throws std::bad_alloc.
  polyhost_record& record(const std::string& module, const std::string& name, polyhost_direction direction);

  // The entry that the record belongs to; null if it is none of this ledger's.
  [[nodiscard]] Entry* find(const polyhost_record& record);

  // The line of a function; made on first request. The one without a file stands for all that are too many.
  // Throws std::bad_alloc.
  Site& site(Entry& entry, const std::string& file, int line, const std::string& function);

  // Says what a function is (abi.h). Throws std::bad_alloc.
  void describe(Entry& entry, const char* signature, std::uint32_t traits);

  // Sets all counts to zero, and forgets the lines. Calls under way are counted when they end.
  void reset();

  // In a child that fork() has made: its counts are its own, and begin at zero. Allocates nothing.
  void enter_child();

  // Adds the counts of another ledger, or those that another process has left in its slot. Throws
  // std::bad_alloc.
  void add(const Ledger& other);
  void add(const Slot& slot);

  // Before the timing mode changes: what has been counted is settled, since calls of one mode do not stand
  // for those of another; the next call of each function is split.
  void settle();

  // True if there is a record of a function of that module.
  [[nodiscard]] bool knows(std::string_view module) const;

  // In order of registration.
  [[nodiscard]] const std::deque<Entry>& entries() const { return entries_; }

  [[nodiscard]] Store& store() { return store_; }

 private:
  Entry& entry(const std::string& module, const std::string& qualified, polyhost_direction direction);
  static void add(Entry& to, const polyhost_record& counts, const detail::totals& settled);
  void add_sites(Entry& to, const Slot& slot, const StoredFunction& from, double calls);
  void link_again();
  StoredSite& new_site();

  Store store_;
  std::vector<StoredSite*> free_sites_;  // of memory of its own
  std::deque<Entry> entries_;            // a deque: they must not move
  std::map<std::pair<std::string, polyhost_direction>, Entry*> index_;
  std::unordered_map<const polyhost_record*, Entry*> by_record_;
};

}  // namespace polyhost::record
