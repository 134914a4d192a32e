// From the ledger's ticks to a snapshot's nanoseconds.
#include "record/snapshot.h"

#include "record/ledger.h"
#include "record/timing.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace polyhost::record {

namespace {

// Unless each call was looked at, those of which the line is known stand for all of them.
std::vector<CallSite> call_sites(const Ledger::Entry& entry, std::uint64_t calls, bool exact) {
  std::vector<CallSite> sites;
  std::uint64_t known = 0;
  for (const Ledger::Site& site : entry.sites) {
    const std::uint64_t calls_of_line =
        site.stored.calls + (&site == entry.last_site ? entry.since_last_look() : 0);
    if (calls_of_line == 0) continue;  // in a forked child
    sites.push_back({site.file, site.line, site.function, calls_of_line});
    known += calls_of_line;
  }
  for (CallSite& site : sites) {
    if (exact || known == calls) break;
    const double share =
        static_cast<double>(site.calls) / static_cast<double>(std::max<std::uint64_t>(known, 1));
    site.calls = detail::rounded(share * static_cast<double>(calls));
  }
  std::stable_sort(sites.begin(), sites.end(),
                   [](const CallSite& a, const CallSite& b) { return a.calls > b.calls; });
  return sites;
}

}  // namespace

Snapshot take_snapshot(const Ledger& ledger, const base::Moment& start, std::string script,
                       polyhost_timing timing, const CostInTicks& cost, bool call_sites_exact) {
  // Taken before anything that costs time of its own.
  Snapshot s;
  s.wall_ns = base::now().ns - start.ns;
  s.script = std::move(script);
  s.clock.source = base::clock_source();
  s.clock.ns_per_tick = base::ns_per_tick_since(start);
  s.clock.resolution_ns = static_cast<double>(base::smallest_step()) * s.clock.ns_per_tick;
  s.timing = text(timing);
  s.call_sites_exact = call_sites_exact;
  const double ns = s.clock.ns_per_tick;
  s.cost = {cost.per_call * ns,         cost.per_split * ns,  cost.call_site * ns,
            cost.python_operation * ns, cost.batch_call * ns, cost.batch_item * ns};
  for (const Ledger::Entry& entry : ledger.entries()) {
    const polyhost_record counts = detail::copy_record(entry.counts);
    detail::totals all = entry.settled;
    all += detail::estimate_totals(counts);
    if (all.calls == 0) continue;
    Function f = detail::make_row(counts, all, entry.direction, ns);
    f.name = entry.name;
    f.module = entry.module;
    f.signature = entry.signature;
    f.has_batch = (entry.traits & POLYHOST_TRAIT_BATCH) != 0;
    f.releases_gil = (entry.traits & POLYHOST_TRAIT_RELEASES_GIL) != 0;
    f.one_sided = (entry.traits & one_sided_trait) != 0;
    f.sites = call_sites(entry, f.calls, call_sites_exact);
    s.lost += f.lost;
    s.functions.push_back(std::move(f));
  }
  return s;
}

}  // namespace polyhost::record
