// The calls that were picked stand for those around them that were not split.
#include "record/estimate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace polyhost::record {

namespace {

struct Sums {
  double calls, outer, inner, convert_in, nested;
};

// The calls that stand for others; until one is picked, the first calls must do.
Sums picked_calls(const polyhost_record& counts) {
  const auto sums = [](std::uint64_t calls, std::uint64_t outer, std::uint64_t inner,
                       std::uint64_t convert_in, std::uint64_t nested) {
    return Sums{static_cast<double>(calls), static_cast<double>(outer), static_cast<double>(inner),
                static_cast<double>(convert_in), static_cast<double>(nested)};
  };
  const polyhost_sample& s = counts.sample;
  return s.calls > 0
             ? sums(s.calls, s.outer, s.inner, s.convert_in, s.nested)
             : sums(counts.calls - counts.lost, counts.outer, counts.inner, counts.convert_in, counts.nested);
}

// The short ones of them, if there are any.
Sums short_picked_calls(const polyhost_record& counts, const Sums& picked) {
  const polyhost_sample& s = counts.sample;
  if (s.short_calls == 0) return picked;
  return {static_cast<double>(s.short_calls), static_cast<double>(s.short_outer),
          static_cast<double>(s.short_inner), static_cast<double>(s.short_convert_in), 0.0};
}

// Calls of which only the whole was timed. Conversions take constant time, so theirs are those of the short
// calls that were picked, but shorter as the whole of a short call is: the picked ones had two ticks more.
void add_whole(Totals& t, const polyhost_record& counts, const Sums& picked) {
  const auto calls = static_cast<double>(counts.whole + counts.whole_long);
  if (calls == 0.0) return;
  const auto outer = static_cast<double>(counts.whole_outer + counts.whole_long_outer);
  const Sums typical = short_picked_calls(counts, picked);
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
void add_counted(Totals& t, const polyhost_record& counts, const Sums& picked) {
  if (counts.counted == 0 || picked.calls == 0.0) return;
  const auto calls = static_cast<double>(counts.counted);
  const double each = calls / picked.calls;
  t.calls += calls;
  t.outer += each * picked.outer;
  t.inner += each * picked.inner;
  t.convert_in += each * picked.convert_in;
  t.nested += each * picked.nested;
  if (counts.sample.calls < 2) return;
  const double mean = picked.outer / picked.calls;
  const double variance = (counts.sample.outer_squares - picked.calls * mean * mean) / (picked.calls - 1.0);
  t.standard_error = calls * std::sqrt(std::max(variance, 0.0) / picked.calls * (1.0 + picked.calls / calls));
}

}  // namespace

Totals estimate_totals(const polyhost_record& counts) {
  Totals t;
  t.calls = static_cast<double>(counts.calls);
  t.split = t.timed = static_cast<double>(counts.calls - counts.lost);
  t.outer = static_cast<double>(counts.outer);
  t.inner = static_cast<double>(counts.inner);
  t.convert_in = static_cast<double>(counts.convert_in);
  t.gil_wait = static_cast<double>(counts.gil_wait);
  t.nested = static_cast<double>(counts.nested);
  const Sums picked = picked_calls(counts);
  add_whole(t, counts, picked);
  add_counted(t, counts, picked);
  return t;
}

}  // namespace polyhost::record
