// From the ledger's ticks to a snapshot's nanoseconds.
#include "record/snapshot.h"

#include "record/ledger.h"
#include "record/timing.h"

#include <utility>

namespace polyhost::record {

Snapshot take_snapshot(const Ledger& ledger, const base::Moment& start, std::string script,
                       polyhost_timing timing, const CostInTicks& cost) {
  // Taken before anything that costs time of its own.
  Snapshot s;
  s.wall_ns = base::now().ns - start.ns;
  s.script = std::move(script);
  s.clock.source = base::clock_source();
  s.clock.ns_per_tick = base::ns_per_tick_since(start);
  s.clock.resolution_ns = static_cast<double>(base::smallest_step()) * s.clock.ns_per_tick;
  s.timing = text(timing);
  const double ns = s.clock.ns_per_tick;
  s.cost = {cost.per_call * ns, cost.per_split * ns, cost.call_site * ns};
  for (const Ledger::Entry& entry : ledger.entries()) {
    const polyhost_record counts = detail::copy_record(entry.counts);
    detail::totals all = entry.settled;
    all += detail::estimate_totals(counts);
    if (all.calls == 0) continue;
    Function f = detail::make_row(counts, all, entry.direction, ns);
    f.name = entry.name;
    f.module = entry.module;
    s.lost += f.lost;
    s.functions.push_back(std::move(f));
  }
  return s;
}

}  // namespace polyhost::record
