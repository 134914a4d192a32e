// Named parts of a run: what was called while they lasted. No Python.
#pragma once

#include "record/ledger.h"

#include <polyhost/snapshot.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace polyhost::record {

// Not synchronised, as the ledger is not. Regions may nest and overlap, also those of several threads: each
// has all that the process called from its beginning to its end.
class Regions {
 public:
  // Begins one, and returns what end() asks for. The ledger is settled (ledger.h), so that what is estimated
  // within a region comes from its own calls.
  std::uint64_t begin(Ledger& ledger, std::uint64_t now_ns);
  // Ends it, and adds it to those of that name. False if it is not open: it has ended, or a reset came
  // between.
  bool end(std::uint64_t token, const std::string& name, Ledger& ledger, std::uint64_t now_ns);
  // Forgets all of them, as the ledger is reset.
  void reset();

  // Those that have ended, in the order in which the first of each name did.
  [[nodiscard]] std::vector<Region> rows(const Ledger& ledger, double ns_per_tick) const;

 private:
  // Of one entry of the ledger.
  struct Part {
    polyhost_record counts{};  // errors, histogram with its weights, the shortest and the longest
    detail::totals totals;
  };
  struct Open {
    std::uint64_t start_ns;
    std::vector<Part> before;
  };
  struct Ended {
    std::string name;
    std::uint64_t entered = 0;
    std::uint64_t wall_ns = 0;
    std::vector<Part> parts;
  };

  static std::vector<Part> parts_of(Ledger& ledger);
  static void add_difference(Part& to, const Part& after, const Part& before);

  std::uint64_t last_token_ = 0;
  std::map<std::uint64_t, Open> open_;
  std::vector<Ended> ended_;
};

}  // namespace polyhost::record
