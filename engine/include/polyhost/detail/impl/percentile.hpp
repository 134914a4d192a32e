// The definitions of detail/percentile.hpp: walking the buckets of a histogram.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/percentile.hpp>

#include <algorithm>
#include <cmath>

namespace polyhost::detail {

POLYHOST_INLINE double bucket_start(unsigned bucket) {
  const unsigned power = bucket / POLYHOST_HISTOGRAM_STEPS + POLYHOST_HISTOGRAM_FLOOR;
  const double step = static_cast<double>(bucket % POLYHOST_HISTOGRAM_STEPS) / POLYHOST_HISTOGRAM_STEPS;
  return std::ldexp(1.0 + step, static_cast<int>(power));
}

[[gnu::cold]] POLYHOST_INLINE std::uint64_t timed_calls(const polyhost_record& counts) {
  // A plugin of before 1.2 has no weights.
  const std::uint64_t split = counts.weights != 0 ? counts.weights : counts.calls - counts.lost;
  return split + counts.whole + counts.whole_long;
}

[[gnu::cold]] POLYHOST_INLINE std::uint64_t percentile(const polyhost_record& counts, double fraction) {
  if (counts.max == 0) return 0;  // nothing was timed
  const std::uint64_t timed = timed_calls(counts);
  std::uint64_t stored = 0;
  for (const std::uint64_t count : counts.histogram) stored += count;

  const double rank = fraction * static_cast<double>(timed);
  auto below = static_cast<double>(timed - std::min(timed, stored));  // the bucket that is not stored
  double from = 0.0;
  double to = bucket_start(0);
  double inside = below;
  double before = 0.0;
  for (unsigned bucket = 0; bucket < POLYHOST_HISTOGRAM_BUCKETS && below < rank; ++bucket) {
    if (counts.histogram[bucket] == 0) continue;
    before = below;
    inside = static_cast<double>(counts.histogram[bucket]);
    below += inside;
    from = bucket_start(bucket);
    to = bucket_start(bucket + 1);
  }
  const auto least = static_cast<double>(counts.min);
  const auto most = static_cast<double>(counts.max);
  from = std::max(from, least);
  to = std::max(from, std::min(to, most));
  const double share = inside > 0.0 ? std::clamp((rank - before) / inside, 0.0, 1.0) : 0.0;
  const double value = std::clamp(from + (to - from) * share, least, most);
  return value >= 18446744073709551615.0 ? UINT64_MAX : static_cast<std::uint64_t>(value);
}

}  // namespace polyhost::detail
