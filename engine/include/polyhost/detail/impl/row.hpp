// The definitions of detail/row.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/percentile.hpp>
#include <polyhost/detail/row.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace polyhost::detail {

inline std::uint64_t rounded(double value) {
  return static_cast<std::uint64_t>(std::llround(std::max(value, 0.0)));
}

[[gnu::cold]] POLYHOST_INLINE polyhost_record copy_record(const polyhost_record& live) {
  using word [[gnu::may_alias]] = std::uint64_t;  // all fields are as long
  polyhost_record copy;
  const word* from = reinterpret_cast<const word*>(&live);
  word* to = reinterpret_cast<word*>(&copy);
  for (std::size_t i = 0; i < sizeof(live) / sizeof(word); ++i)
    to[i] = __atomic_load_n(from + i, __ATOMIC_RELAXED);
  return copy;
}

using buckets = std::uint64_t[POLYHOST_HISTOGRAM_BUCKETS];

// `ns` converts ticks; `all` are the calls with those of the bucket that is not stored, which comes first.
template <class Ns>
std::vector<record::Bucket> make_histogram(const buckets& stored, std::uint64_t all, const Ns& ns) {
  std::vector<record::Bucket> made;
  std::uint64_t sum = 0;
  for (const std::uint64_t calls : stored) sum += calls;
  if (all > sum) made.push_back({0, ns(bucket_start(0)), all - sum});
  for (unsigned bucket = 0; bucket < POLYHOST_HISTOGRAM_BUCKETS; ++bucket) {
    if (stored[bucket] == 0) continue;
    made.push_back({ns(bucket_start(bucket)), ns(bucket_start(bucket + 1)), stored[bucket]});
  }
  return made;
}

[[gnu::cold]] POLYHOST_INLINE row make_row(const polyhost_record& counts, const totals& totals,
                                           polyhost_direction direction, double ns_per_tick) {
  const auto ns = [&](double ticks) { return rounded(ticks * ns_per_tick); };
  const bool inbound = direction == POLYHOST_INBOUND;
  row r;
  r.direction = inbound ? record::Direction::inbound : record::Direction::outbound;
  r.calls = rounded(totals.calls);
  r.errors = counts.errors;
  r.lost = rounded(totals.lost);
  r.timed = rounded(totals.timed);
  r.split = rounded(totals.split);
  r.standard_error_ns = ns(totals.standard_error);
  const std::uint64_t outer_ns = ns(totals.outer);
  const std::uint64_t inner_ns = std::min(ns(totals.inner), outer_ns);
  // Each rounded, but so that they add up to the last digit.
  r.crossing_ns = outer_ns - inner_ns;
  r.convert_in_ns = std::min(ns(totals.convert_in), r.crossing_ns);
  r.gil_wait_ns = std::min(ns(totals.gil_wait), r.crossing_ns - r.convert_in_ns);
  r.convert_out_ns = r.crossing_ns - r.convert_in_ns - r.gil_wait_ns;
  r.self_ns = inner_ns - std::min(inner_ns, ns(totals.nested));
  r.python_ns = inbound ? outer_ns : inner_ns;
  r.native_ns = inbound ? inner_ns : outer_ns;
  r.min_ns = r.timed > 0 ? ns(static_cast<double>(counts.min)) : 0;
  r.max_ns = ns(static_cast<double>(counts.max));
  r.histogram = make_histogram(counts.histogram, timed_calls(counts), ns);
  r.native_histogram = make_histogram(counts.native_histogram, counts.native_weights, ns);
  r.p50_ns = ns(static_cast<double>(percentile(counts, 0.50)));
  r.p99_ns = ns(static_cast<double>(percentile(counts, 0.99)));
  return r;
}

}  // namespace polyhost::detail
