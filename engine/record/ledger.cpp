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
    known = &entries_.emplace_back(Entry{module, qualified, direction, {}, {}, {}, 0, {}});
    clear(known->counts);
    by_record_[&known->counts] = known;
  }
  return known->counts;
}

std::uint64_t Ledger::Entry::since_last_look() const {
  const std::uint64_t calls = counts.calls + counts.whole + counts.whole_long + counts.counted;
  return calls - std::min(looked_until, calls);
}

Ledger::Entry* Ledger::find(const polyhost_record& record) {
  const auto found = by_record_.find(&record);
  return found != by_record_.end() ? found->second : nullptr;
}

bool Ledger::knows(std::string_view module) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.module == module; });
}

void Ledger::reset() {
  for (Entry& entry : entries_) {
    clear(entry.counts);
    entry.settled = {};
    entry.sites.clear();
    entry.last_site = nullptr;
    entry.looked_until = 0;
  }
}

void Ledger::settle() {
  for (Entry& entry : entries_) {
    polyhost_record& counts = entry.counts;
    entry.settled += detail::estimate_totals(counts);
    if (entry.last_site != nullptr) entry.last_site->calls += entry.since_last_look();
    const polyhost_record kept = counts;
    counts = {};
    counts.errors = kept.errors;
    counts.min = kept.min;
    counts.max = kept.max;
    std::copy(std::begin(kept.histogram), std::end(kept.histogram), counts.histogram);
    counts.weights = kept.weights + kept.whole + kept.whole_long;
    std::copy(std::begin(kept.native_histogram), std::end(kept.native_histogram), counts.native_histogram);
    counts.native_weights = kept.native_weights;
    entry.looked_until = 0;
  }
}

}  // namespace polyhost::record
