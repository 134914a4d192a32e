// Keeping the records.
#include "record/ledger.h"

#include <polyhost/detail/row.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace polyhost::record {

namespace {

// Code that is made anew each time has a new line each time.
constexpr std::size_t most_sites = 1000;  // of one function

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
      Entry{module, qualified, direction, stored, stored.counts, stored.settled, {}, 0, {}});
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
  if (entry.sites.size() >= most_sites && !file.empty()) return site(entry, "", 0, "");
  StoredSite& stored = new_site();
  stored.file = store_.keep(file);
  stored.line = line;
  stored.function = store_.keep(function);
  Offset& last = entry.sites.empty() ? entry.stored.sites : entry.sites.back().stored.next;
  entry.sites.push_back({file, line, function, stored});
  store_.set(last, stored);
  return entry.sites.back();
}

StoredSite& Ledger::new_site() {
  if (free_sites_.empty()) return store_.make<StoredSite>();
  StoredSite& used_before = *free_sites_.back();
  free_sites_.pop_back();
  return used_before = {};
}

void Ledger::describe(Entry& entry, const char* signature, std::uint32_t traits) {
  entry.traits = entry.stored.traits = traits;
  if (entry.signature == signature) return;
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
    if (!store_.is_shared())
      for (const Site& site : entry.sites) free_sites_.push_back(&site.stored);
    entry.stored.sites = 0;
    entry.sites.clear();
    entry.last_site = nullptr;
    entry.looked_until = 0;
  }
}

void Ledger::enter_child() {
  const void* copied = nullptr;
  if (store_.is_shared()) {
    store_.enter_child();
    copied = store_.begin();
  }
  for (Entry& entry : entries_) {
    if (copied == nullptr) {
      clear(entry.counts);
      entry.settled = {};
    } else {  // it is zero: pages that nobody writes to take no memory
      store_.copy(copied, &entry.counts);
      copied = &entry.stored + 1;
      entry.counts.min = UINT64_MAX;
    }
    entry.last_site = nullptr;
    entry.looked_until = 0;
  }
  if (copied != nullptr) store_.copy(copied, store_.end());
  link_again();
}

// The parent may have added to its lists while they were copied.
void Ledger::link_again() {
  Offset* next_function = &store_.process().functions;
  for (Entry& entry : entries_) {
    store_.set(*next_function, entry.stored);
    next_function = &entry.stored.next;
    Offset* next_site = &entry.stored.sites;
    for (const Site& site : entry.sites) {
      site.stored.calls = 0;
      store_.set(*next_site, site.stored);
      next_site = &site.stored.next;
    }
    *next_site = 0;
  }
  *next_function = 0;
}

void Ledger::settle() {
  for (Entry& entry : entries_) {
    if (entry.last_site != nullptr) entry.last_site->stored.calls += entry.since_last_look();
    const polyhost_record counts = entry.counts;
    clear(entry.counts);  // first: who reads meanwhile misses calls for a moment, and sees none twice
    add_rest(entry.counts, counts);
    entry.settled += detail::estimate_totals(counts);
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
    if (to.signature.empty()) describe(to, from.signature.c_str(), from.traits);
    add(to, detail::copy_record(from.counts), from.settled);
    for (const Site& line : from.sites) {
      std::uint64_t& calls = site(to, line.file, line.line, line.function).stored.calls;
      calls += line.stored.calls + (&line == from.last_site ? from.since_last_look() : 0);
    }
  }
}

void Ledger::add(const Slot& slot) {
  constexpr std::size_t most_functions = 20'000;  // more than a slot has room for
  std::size_t functions = 0;
  for (const StoredFunction* from = slot.first_function(); from != nullptr && functions < most_functions;
       from = slot.follow<StoredFunction>(from->next), ++functions) {
    const std::string name = slot.text(from->name);
    const std::uint32_t direction = from->direction;
    if (name.empty() || direction > POLYHOST_OUTBOUND) return;  // the process was about to fill it in
    Entry& to = entry(slot.text(from->module), name, static_cast<polyhost_direction>(direction));
    const std::string signature = slot.text(from->signature);
    if (to.signature.empty()) describe(to, signature.c_str(), from->traits);
    polyhost_record counts = detail::copy_record(from->counts);
    if (counts.min > counts.max && counts.max != 0) counts.min = counts.max;  // the one was not yet written
    const detail::totals settled = from->settled;
    if (!std::isfinite(settled.calls + settled.outer + settled.inner + settled.nested)) return;  // damaged
    add(to, counts, settled);
    add_sites(to, slot, *from, settled.calls + detail::estimate_totals(counts).calls);
  }
}

// Of `calls`. Those of which the line is known stand for those since the last look, too, unless each call was
// looked at.
void Ledger::add_sites(Entry& to, const Slot& slot, const StoredFunction& from, double calls) {
  std::vector<std::pair<Site*, std::uint64_t>> lines;
  std::uint64_t known = 0;
  for (const auto* line = slot.follow<StoredSite>(from.sites); line != nullptr && lines.size() <= most_sites;
       line = slot.follow<StoredSite>(line->next)) {
    Site& same = site(to, slot.text(line->file), static_cast<int>(line->line), slot.text(line->function));
    lines.emplace_back(&same, __atomic_load_n(&line->calls, __ATOMIC_RELAXED));
    known += lines.back().second;
  }
  const double each = slot.process().every_site != 0
                          ? 1.0
                          : std::max(calls / static_cast<double>(std::max<std::uint64_t>(known, 1)), 1.0);
  for (const auto& [site, of_line] : lines)
    site->stored.calls += detail::rounded(static_cast<double>(of_line) * each);
}

}  // namespace polyhost::record
