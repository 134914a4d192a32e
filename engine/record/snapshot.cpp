// From the ledger's ticks to a snapshot's nanoseconds.
#include "record/snapshot.h"

#include "record/estimate.h"
#include "record/histogram.h"
#include "record/ledger.h"
#include "record/timing.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace polyhost::record {

namespace {

std::uint64_t rounded(double value) { return static_cast<std::uint64_t>(std::llround(std::max(value, 0.0))); }

Function in_ns(const Ledger::Entry& entry, const Totals& totals, double ns_per_tick) {
  const polyhost_record& counts = entry.counts;
  const auto ns = [&](auto ticks) { return rounded(static_cast<double>(ticks) * ns_per_tick); };
  Function f;
  f.name = entry.name;
  f.direction = entry.direction == POLYHOST_INBOUND ? Direction::inbound : Direction::outbound;
  f.calls = rounded(totals.calls);
  f.errors = counts.errors;
  f.lost = rounded(totals.lost);
  f.timed = rounded(totals.timed);
  f.split = rounded(totals.split);
  f.standard_error_ns = ns(totals.standard_error);
  const std::uint64_t outer_ns = ns(totals.outer);
  const std::uint64_t inner_ns = std::min(ns(totals.inner), outer_ns);
  // Each rounded, but so that they add up to the last digit.
  f.crossing_ns = outer_ns - inner_ns;
  f.convert_in_ns = std::min(ns(totals.convert_in), f.crossing_ns);
  f.gil_wait_ns = std::min(ns(totals.gil_wait), f.crossing_ns - f.convert_in_ns);
  f.convert_out_ns = f.crossing_ns - f.convert_in_ns - f.gil_wait_ns;
  f.self_ns = inner_ns - std::min(inner_ns, ns(totals.nested));
  f.python_ns = f.direction == Direction::inbound ? outer_ns : inner_ns;
  f.native_ns = f.direction == Direction::inbound ? inner_ns : outer_ns;
  f.min_ns = f.timed > 0 ? ns(counts.min) : 0;
  f.max_ns = ns(counts.max);
  f.p50_ns = ns(percentile(counts, 0.50));
  f.p99_ns = ns(percentile(counts, 0.99));
  return f;
}

}  // namespace

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
    const Totals all = totals(entry);
    if (all.calls == 0) continue;
    s.functions.push_back(in_ns(entry, all, s.clock.ns_per_tick));
    s.lost += s.functions.back().lost;
  }
  return s;
}

}  // namespace polyhost::record
