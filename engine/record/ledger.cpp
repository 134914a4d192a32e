// Keeping the records.
#include "record/ledger.h"

#include <polyhost/detail/row.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace polyhost::record {

namespace {

void clear(polyhost_record& counts) {
  counts = {};
  counts.min = UINT64_MAX;
}

// Adds what totals do not have: errors, the shortest, the longest, and the histograms.
void add_rest(polyhost_record& to, const polyhost_record& counts) {
  to.errors += counts.errors;
  to.min = std::min(to.min, counts.min);
  to.max = std::max(to.max, counts.max);
  to.weights += counts.weights + counts.whole + counts.whole_long;
  to.native_weights += counts.native_weights;
  for (unsigned bucket = 0; bucket < POLYHOST_HISTOGRAM_BUCKETS; ++bucket) {
    to.histogram[bucket] += counts.histogram[bucket];
    to.native_histogram[bucket] += counts.native_histogram[bucket];
  }
}

}  // namespace

Ledger::Entry& Ledger::entry(const std::string& module, const std::string& qualified,
                             polyhost_direction direction) {
  Entry*& known = index_[{qualified, direction}];
  if (known != nullptr) return *known;
  auto& stored = store_.make<StoredFunction>();
  stored.module = store_.keep(module);
  stored.name = store_.keep(qualified);
  stored.direction = direction;
  clear(stored.counts);
  Offset& last = entries_.empty() ? store_.process().functions : entries_.back().stored.next;
  known = &entries_.emplace_back(
      Entry{module, qualified, direction, stored, stored.counts, stored.settled, {}, {}});
  by_record_[&known->counts] = known;
  store_.set(last, stored);
  return *known;
}

polyhost_record& Ledger::record(const std::string& module, const std::string& name,
                                polyhost_direction direction) {
  return entry(module, module + "." + name, direction).counts;
}

Ledger::Site& Ledger::site(Entry& entry, const std::string& file, int line, const std::string& function) {
  for (Site& known : entry.sites)
    if (known.line == line && known.file == file) return known;
  auto& stored = store_.make<StoredSite>();
  stored.file = store_.keep(file);
  stored.line = line;
  stored.function = store_.keep(function);
  Offset& last = entry.sites.empty() ? entry.stored.sites : entry.sites.back().stored.next;
  entry.sites.push_back({file, line, function, stored});
  store_.set(last, stored);
  return entry.sites.back();
}

void Ledger::describe(Entry& entry, const char* signature, std::uint32_t traits) {
  entry.stored.traits = traits;
  entry.stored.signature = store_.keep(signature);
  entry.signature = signature;
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
    for (const Site& site : entry.sites) site.stored.calls = 0;
    entry.last_site = nullptr;
    entry.looked_until = 0;
  }
}

void Ledger::enter_child() {
  store_.enter_child();
  reset();
  // The parent may have added to its lists while they were copied.
  Offset* next_function = &store_.process().functions;
  for (Entry& entry : entries_) {
    store_.set(*next_function, entry.stored);
    next_function = &entry.stored.next;
    Offset* next_site = &entry.stored.sites;
    for (const Site& site : entry.sites) {
      store_.set(*next_site, site.stored);
      next_site = &site.stored.next;
    }
    *next_site = 0;
  }
  *next_function = 0;
}

void Ledger::settle() {
  for (Entry& entry : entries_) {
    entry.settled += detail::estimate_totals(entry.counts);
    if (entry.last_site != nullptr) entry.last_site->stored.calls += entry.since_last_look();
    const polyhost_record counts = entry.counts;
    clear(entry.counts);
    add_rest(entry.counts, counts);
    entry.looked_until = 0;
  }
}

void Ledger::add(Entry& to, const polyhost_record& counts, const detail::totals& settled) {
  to.settled += settled;
  to.settled += detail::estimate_totals(counts);
  add_rest(to.counts, counts);
}

void Ledger::add(const Ledger& other) {
  for (const Entry& from : other.entries()) {
    Entry& to = entry(from.module, from.name, from.direction);
    if (to.signature.empty() && !from.signature.empty())
      describe(to, from.signature.c_str(), from.stored.traits);
    add(to, detail::copy_record(from.counts), from.settled);
    for (const Site& line : from.sites) {
      std::uint64_t& calls = site(to, line.file, line.line, line.function).stored.calls;
      calls += line.stored.calls + (&line == from.last_site ? from.since_last_look() : 0);
    }
  }
}

void Ledger::add(const Slot& slot) {
  const StoredFunction* from = slot.follow<StoredFunction>(slot.process().functions);
  for (; from != nullptr; from = slot.follow<StoredFunction>(from->next)) {
    const std::string name = slot.text(from->name);
    if (name.empty() || from->direction > POLYHOST_OUTBOUND) return;  // the process was about to fill it in
    Entry& to = entry(slot.text(from->module), name, static_cast<polyhost_direction>(from->direction));
    const std::string signature = slot.text(from->signature);
    if (to.signature.empty() && !signature.empty()) describe(to, signature.c_str(), from->traits);
    add(to, detail::copy_record(from->counts), from->settled);
    add_sites(to, slot, *from);
  }
}

// Those of which the line is known stand for those since the last look, too.
void Ledger::add_sites(Entry& to, const Slot& slot, const StoredFunction& from) {
  std::vector<std::pair<Site*, std::uint64_t>> lines;
  std::uint64_t known = 0;
  const StoredSite* line = slot.follow<StoredSite>(from.sites);
  for (; line != nullptr; line = slot.follow<StoredSite>(line->next)) {
    const std::uint64_t calls = __atomic_load_n(&line->calls, __ATOMIC_RELAXED);
    known += calls;
    lines.emplace_back(
        &site(to, slot.text(line->file), static_cast<int>(line->line), slot.text(line->function)), calls);
  }
  const double all = from.settled.calls + detail::estimate_totals(detail::copy_record(from.counts)).calls;
  const double each = std::max(all / static_cast<double>(std::max<std::uint64_t>(known, 1)), 1.0);
  for (const auto& [site, calls] : lines)
    site->stored.calls += detail::rounded(static_cast<double>(calls) * each);
}

}  // namespace polyhost::record
