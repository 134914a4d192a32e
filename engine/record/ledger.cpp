// Keeping the records.
#include "record/ledger.h"

#include <cstdint>

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
    known = &entries_.emplace_back(Entry{qualified, direction, {}});
    clear(known->counts);
  }
  return known->counts;
}

void Ledger::reset() {
  for (Entry& entry : entries_) clear(entry.counts);
}

void Ledger::split_next() {
  for (Entry& entry : entries_) entry.counts.until_split = entry.counts.picking = 0;
}

}  // namespace polyhost::record
