// The definitions of detail/estimate.hpp: the calls that were picked stand for those around them that were
// not split.
#pragma once

#include <polyhost/detail/estimate.hpp>
#include <polyhost/detail/inline.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace polyhost::detail {

inline double number(std::uint64_t count) { return static_cast<double>(count); }

struct sums {
  double calls, outer, inner, convert_in, gil_wait, nested;
};

// The calls that stand for others; until one is picked, the first calls must do.
inline sums picked_calls(const polyhost_record& counts) {
  const polyhost_sample& s = counts.sample;
  if (s.calls == 0) {
    return {number(counts.calls - counts.lost), number(counts.outer),    number(counts.inner),
            number(counts.convert_in),          number(counts.gil_wait), number(counts.nested)};
  }
  return {number(s.calls),      number(s.outer),    number(s.inner),
          number(s.convert_in), number(s.gil_wait), number(s.nested)};
}

// The short ones of them, if there are any.
inline sums short_picked_calls(const polyhost_record& counts, const sums& picked) {
  const polyhost_sample& s = counts.sample;
  if (s.short_calls == 0) return picked;
  return {number(s.short_calls),
          number(s.short_outer),
          number(s.short_inner),
          number(s.short_convert_in),
          0.0,
          0.0};
}

// Calls of which only the whole was timed. Conversions take constant time, so theirs are those of the short
// calls that were picked, but shorter as the whole of a short call is: the picked ones had two ticks more.
[[gnu::cold]] inline void add_whole(totals& t, const polyhost_record& counts, const sums& picked) {
  const auto calls = static_cast<double>(counts.whole + counts.whole_long);
  if (calls == 0.0) return;
  const auto outer = static_cast<double>(counts.whole_outer + counts.whole_long_outer);
  const sums typical = short_picked_calls(counts, picked);
  double scale = 1.0;
  if (counts.whole > 0 && typical.outer > 0.0) {
    const double mean = static_cast<double>(counts.whole_outer) / static_cast<double>(counts.whole);
    scale = std::min(1.0, mean / (typical.outer / typical.calls));
  }
  const double n = std::max(typical.calls, 1.0);
  const double crossing = std::min(calls * scale * (typical.outer - typical.inner) / n, outer);
  t.calls += calls;
  t.timed += calls;
  t.outer += outer;
  t.inner += outer - crossing;
  t.convert_in += std::min(calls * scale * typical.convert_in / n, crossing);
  t.nested += calls * picked.nested / std::max(picked.calls, 1.0);
}

// Calls that were only counted: as many of the picked ones. The error is that of a sample without
// replacement.
[[gnu::cold]] inline void add_counted(totals& t, const polyhost_record& counts, const sums& picked) {
  if (counts.counted == 0 || picked.calls == 0.0) return;
  const auto calls = static_cast<double>(counts.counted);
  const double each = calls / picked.calls;
  t.calls += calls;
  t.outer += each * picked.outer;
  t.inner += each * picked.inner;
  t.convert_in += each * picked.convert_in;
  t.gil_wait += each * picked.gil_wait;
  t.nested += each * picked.nested;
  if (counts.sample.calls < 2) {  // nothing tells how much they vary
    t.standard_error = each * picked.outer;
    return;
  }
  const double mean = picked.outer / picked.calls;
  const double variance = (counts.sample.outer_squares - picked.calls * mean * mean) / (picked.calls - 1.0);
  t.standard_error = calls * std::sqrt(std::max(variance, 0.0) / picked.calls * (1.0 + picked.calls / calls));
}

[[gnu::cold]] POLYHOST_INLINE totals& totals::operator+=(const totals& other) {
  calls += other.calls;
  lost += other.lost;
  timed += other.timed;
  split += other.split;
  outer += other.outer;
  inner += other.inner;
  convert_in += other.convert_in;
  gil_wait += other.gil_wait;
  nested += other.nested;
  standard_error = std::hypot(standard_error, other.standard_error);
  return *this;
}

[[gnu::cold]] POLYHOST_INLINE totals estimate_totals(const polyhost_record& counts) {
  totals t;
  t.calls = number(counts.calls);
  t.lost = number(counts.lost);
  t.split = t.timed = number(counts.calls - counts.lost);
  t.outer = number(counts.outer);
  t.inner = number(counts.inner);
  t.convert_in = number(counts.convert_in);
  t.gil_wait = number(counts.gil_wait);
  t.nested = number(counts.nested);
  const sums picked = picked_calls(counts);
  add_whole(t, counts, picked);
  add_counted(t, counts, picked);
  return t;
}

}  // namespace polyhost::detail
