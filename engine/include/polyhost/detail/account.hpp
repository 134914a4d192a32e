// How one timed crossing enters its record. The only writer of polyhost_record on the hot path.
// Not when the ticks are taken: that is crossing.hpp; not which call takes how many: timing.hpp. No
// Python.
#pragma once

#include <polyhost/abi.h>

#include <bit>
#include <cstdint>

namespace polyhost::detail {

// The GIL protects a record. Where Python can do without one, several threads may count in it at once.
[[gnu::always_inline]] inline void add(std::uint64_t& field, std::uint64_t by) {
#ifdef Py_GIL_DISABLED
  __atomic_fetch_add(&field, by, __ATOMIC_RELAXED);
#else
  field += by;
#endif
}

// Makes `field` the value if it is before(value, field).
template <class Before>
[[gnu::always_inline]] inline void replace_if(std::uint64_t& field, std::uint64_t value, Before before) {
#ifdef Py_GIL_DISABLED
  std::uint64_t seen = __atomic_load_n(&field, __ATOMIC_RELAXED);
  while (before(value, seen) &&
         !__atomic_compare_exchange_n(&field, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
#else
  if (before(value, field)) field = value;
#endif
}

inline void add(double& field, double by) {
#ifdef Py_GIL_DISABLED
  double seen = 0;
  __atomic_load(&field, &seen, __ATOMIC_RELAXED);
  for (double sum = seen + by;
       !__atomic_compare_exchange(&field, &seen, &sum, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED);) {
    sum = seen + by;
  }
#else
  field += by;
#endif
}

// The bucket of a duration of at least 2^POLYHOST_HISTOGRAM_FLOOR ticks: its power of two, then the
// next POLYHOST_HISTOGRAM_STEP_BITS bits below it.
constexpr unsigned histogram_bucket(std::uint64_t ticks) {
  const auto power = static_cast<unsigned>(std::bit_width(ticks)) - 1;
  const auto step =
      static_cast<unsigned>(ticks >> (power - POLYHOST_HISTOGRAM_STEP_BITS)) & (POLYHOST_HISTOGRAM_STEPS - 1);
  return (power - POLYHOST_HISTOGRAM_FLOOR) * POLYHOST_HISTOGRAM_STEPS + step;
}

// The Python side of a call; it enters the histogram `weight` times.
[[gnu::always_inline]] inline void account_side(polyhost_record& record, std::uint64_t side,
                                                std::uint64_t weight) {
  replace_if(record.min, side, [](std::uint64_t a, std::uint64_t b) { return a < b; });
  replace_if(record.max, side, [](std::uint64_t a, std::uint64_t b) { return a > b; });
  if (side >= (std::uint64_t{1} << POLYHOST_HISTOGRAM_FLOOR))
    add(record.histogram[histogram_bucket(side)], weight);
}

// In exact mode, of so many short calls one is picked, and split.
inline constexpr std::uint64_t exact_period = 16;

// False for a ledger whose records end before native_histogram.
[[gnu::visibility("hidden")]] inline constinit bool ledger_has_native_histogram = true;

// The native side of a call that was split.
inline void account_native_side(polyhost_record& record, std::uint64_t side, std::uint64_t weight) {
  if (!ledger_has_native_histogram) return;
  add(record.native_weights, weight);
  if (side >= (std::uint64_t{1} << POLYHOST_HISTOGRAM_FLOOR))
    add(record.native_histogram[histogram_bucket(side)], weight);
}

// A call of which only the whole was timed.
[[gnu::always_inline]] inline void account_whole(polyhost_record& record, std::uint64_t outer) {
  if (static_cast<std::int64_t>(outer) < 0) [[unlikely]] {
    add(record.calls, 1);
    add(record.lost, 1);
    return;
  }
  account_side(record, outer, 1);
  if (outer >= POLYHOST_LONG_CALL) [[unlikely]] {
    add(record.whole_long, 1);
    add(record.whole_long_outer, outer);
    return;
  }
  add(record.whole, 1);
  add(record.whole_outer, outer);
}

// The four ticks of a crossing and what happened between them, all in ticks.
struct crossing {
  std::uint64_t entry;            // the outer side begins
  std::uint64_t converted;        // the inner side begins
  std::uint64_t returned;         // the inner side has ended
  std::uint64_t exit;             // the outer side has ended
  std::uint64_t gil_wait;         // waits for the GIL outside the inner side
  std::uint64_t gil_wait_before;  // the part of gil_wait that lies before the inner side
  std::uint64_t nested;           // outer sides of crossings made from the inner side
};

// For a call that failed, before account(). If it never began its inner side, all of it was conversion.
inline void account_failure(polyhost_record& record, crossing& c) {
  add(record.errors, 1);
  if (c.converted == 0) c.converted = c.returned = c.exit;
}

// A call that was split. `weight` is 0 if it stands for itself alone; else it was picked, and enters the
// histogram of the Python sides that often: once in exact mode, where the calls around it enter that
// themselves.
template <polyhost_direction Direction>
inline void account(polyhost_record& record, const crossing& c, std::uint64_t weight = 0) {
  add(record.calls, 1);
  const std::uint64_t before = c.converted - c.entry;
  const std::uint64_t inner = c.returned - c.converted;
  const std::uint64_t after = c.exit - c.returned;
  if (static_cast<std::int64_t>(before | inner | after | c.gil_wait | c.nested) < 0) [[unlikely]] {
    add(record.lost, 1);
    return;
  }
  const std::uint64_t outer = c.exit - c.entry;
  add(record.outer, outer);
  add(record.inner, inner);
  add(record.convert_in, before - c.gil_wait_before);
  add(record.gil_wait, c.gil_wait);
  add(record.nested, c.nested);
  const std::uint64_t times = weight == 0 ? 1 : weight;
  add(record.weights, times);
  account_side(record, Direction == POLYHOST_INBOUND ? outer : inner, times);
  account_native_side(record, Direction == POLYHOST_INBOUND ? inner : outer,
                      weight == 1 ? exact_period : times);
  if (weight == 0) return;
  polyhost_sample& sample = record.sample;
  add(sample.calls, 1);
  add(sample.outer, outer);
  add(sample.inner, inner);
  add(sample.convert_in, before - c.gil_wait_before);
  add(sample.gil_wait, c.gil_wait);
  add(sample.nested, c.nested);
  add(sample.outer_squares, static_cast<double>(outer) * static_cast<double>(outer));
  if (outer >= POLYHOST_LONG_CALL) return;
  add(sample.short_calls, 1);
  add(sample.short_outer, outer);
  add(sample.short_inner, inner);
  add(sample.short_convert_in, before - c.gil_wait_before);
}

}  // namespace polyhost::detail
