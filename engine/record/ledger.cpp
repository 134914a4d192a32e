// Keeping the records.
#include "record/ledger.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace polyhost::record {

namespace {

void clear(polyhost_record& counts) {
  counts = {};
  counts.min = UINT64_MAX;
}

}  // namespace

polyhost_record& Ledger::record(const std::string& module, const std::string& name,
                                polyhost_direction direction) {
  const std::string qualified = module + "." + name;
  Entry*& known = index_[{qualified, direction}];
  if (known == nullptr) {
    known = &entries_.emplace_back(Entry{module, qualified, direction, {}, {}});
    clear(known->counts);
  }
  return known->counts;
}

bool Ledger::knows(std::string_view module) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.module == module; });
}

void Ledger::reset() {
  for (Entry& entry : entries_) {
    clear(entry.counts);
    entry.settled = {};
  }
}

void Ledger::settle() {
  for (Entry& entry : entries_) {
    polyhost_record& counts = entry.counts;
    entry.settled += detail::estimate_totals(counts);
    const polyhost_record kept = counts;
    counts = {};
    counts.errors = kept.errors;
    counts.min = kept.min;
    counts.max = kept.max;
    std::copy(std::begin(kept.histogram), std::end(kept.histogram), counts.histogram);
    counts.weights = kept.weights + kept.whole + kept.whole_long;
  }
}

}  // namespace polyhost::record
