// A region is the difference between the ledger at its end and at its beginning.
#include "record/region.h"

#include <polyhost/detail/percentile.hpp>
#include <polyhost/detail/row.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace polyhost::record {

namespace {

using detail::totals;

// Sums of doubles: what is a little below zero is zero.
totals difference(const totals& after, const totals& before) {
  totals made;
  for (double totals::*sum : {&totals::calls, &totals::lost, &totals::timed, &totals::split, &totals::outer,
                              &totals::inner, &totals::convert_in, &totals::gil_wait, &totals::nested})
    made.*sum = std::max(after.*sum - before.*sum, 0.0);
  const double variance =
      after.standard_error * after.standard_error - before.standard_error * before.standard_error;
  made.standard_error = std::sqrt(std::max(variance, 0.0));
  return made;
}

}  // namespace

std::vector<Regions::Part> Regions::parts_of(Ledger& ledger) {
  ledger.settle();
  std::vector<Part> parts;
  parts.reserve(ledger.entries().size());
  for (const Ledger::Entry& entry : ledger.entries()) parts.push_back({entry.counts, entry.settled});
  return parts;
}

void Regions::add_difference(Part& to, const Part& after, const Part& before) {
  to.totals += difference(after.totals, before.totals);
  to.counts.errors += after.counts.errors - before.counts.errors;
  const std::uint64_t timed = detail::timed_calls(after.counts) - detail::timed_calls(before.counts);
  to.counts.weights += timed;
  to.counts.native_weights += after.counts.native_weights - before.counts.native_weights;
  // No single call was kept: the shortest and the longest are the ends of the buckets that have calls.
  const auto seen = [&](double from, double until) {
    if (to.counts.max == 0) to.counts.min = UINT64_MAX;
    to.counts.min = std::min(to.counts.min, std::max(static_cast<std::uint64_t>(from), after.counts.min));
    const std::uint64_t last = until < 0x1p64 ? static_cast<std::uint64_t>(until) : UINT64_MAX;
    to.counts.max = std::max(to.counts.max, std::min(last, after.counts.max));
  };
  std::uint64_t stored = 0;
  for (unsigned bucket = 0; bucket < POLYHOST_HISTOGRAM_BUCKETS; ++bucket) {
    to.counts.native_histogram[bucket] +=
        after.counts.native_histogram[bucket] - before.counts.native_histogram[bucket];
    const std::uint64_t calls = after.counts.histogram[bucket] - before.counts.histogram[bucket];
    if (calls == 0) continue;
    to.counts.histogram[bucket] += calls;
    stored += calls;
    seen(detail::bucket_start(bucket), detail::bucket_start(bucket + 1));
  }
  if (timed > stored) seen(0, detail::bucket_start(0));
}

std::uint64_t Regions::begin(Ledger& ledger, std::uint64_t now_ns) {
  open_[++last_token_] = {now_ns, parts_of(ledger)};
  return last_token_;
}

bool Regions::end(std::uint64_t token, const std::string& name, Ledger& ledger, std::uint64_t now_ns) {
  const auto found = open_.find(token);
  if (found == open_.end()) return false;
  auto region = std::find_if(ended_.begin(), ended_.end(), [&](const Ended& r) { return r.name == name; });
  if (region == ended_.end()) region = ended_.insert(region, Ended{name, 0, 0, {}});
  region->entered += 1;
  region->wall_ns += now_ns - found->second.start_ns;
  const std::vector<Part> after = parts_of(ledger);
  std::vector<Part>& before = found->second.before;
  before.resize(after.size());  // functions that were registered meanwhile
  region->parts.resize(after.size());
  for (std::size_t i = 0; i < after.size(); ++i) add_difference(region->parts[i], after[i], before[i]);
  open_.erase(found);
  return true;
}

void Regions::reset() {
  open_.clear();
  ended_.clear();
}

std::vector<Region> Regions::rows(const Ledger& ledger, double ns_per_tick) const {
  std::vector<Region> all;
  for (const Ended& ended : ended_) {
    Region region{ended.name, ended.entered, ended.wall_ns, {}};
    auto entry = ledger.entries().begin();
    for (const Part& part : ended.parts) {
      const Ledger::Entry& of = *entry++;
      if (part.totals.calls < 0.5) continue;
      Function f = detail::make_row(part.counts, part.totals, of.direction, ns_per_tick);
      f.name = of.name;
      f.module = of.module;
      region.functions.push_back(std::move(f));
    }
    all.push_back(std::move(region));
  }
  return all;
}

}  // namespace polyhost::record
