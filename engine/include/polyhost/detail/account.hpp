// How one timed crossing enters its record. The only writer of polyhost_record on the hot path.
// Not when the ticks are taken: that is timed_crossing.hpp; not which call takes how many: timing.hpp. No
// Python.
#pragma once

#include <polyhost/abi.h>

#include <bit>
#include <cstdint>

namespace polyhost::detail {

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
  if (side < record.min) record.min = side;
  if (side > record.max) record.max = side;
  if (side >= (std::uint64_t{1} << POLYHOST_HISTOGRAM_FLOOR))
    record.histogram[histogram_bucket(side)] += weight;
}

// A call of which only the whole was timed.
[[gnu::always_inline]] inline void account_whole(polyhost_record& record, std::uint64_t outer) {
  if (static_cast<std::int64_t>(outer) < 0) [[unlikely]] {
    ++record.calls;
    ++record.lost;
    return;
  }
  account_side(record, outer, 1);
  if (outer >= POLYHOST_LONG_CALL) [[unlikely]] {
    ++record.whole_long;
    record.whole_long_outer += outer;
    return;
  }
  ++record.whole;
  record.whole_outer += outer;
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
  ++record.errors;
  if (c.converted == 0) c.converted = c.returned = c.exit;
}

// A call that was split. `weight` is 0 if it stands for itself alone; else it was picked, and enters the
// histogram that often.
template <polyhost_direction Direction>
inline void account(polyhost_record& record, const crossing& c, std::uint64_t weight = 0) {
  ++record.calls;
  const std::uint64_t before = c.converted - c.entry;
  const std::uint64_t inner = c.returned - c.converted;
  const std::uint64_t after = c.exit - c.returned;
  if (static_cast<std::int64_t>(before | inner | after | c.gil_wait | c.nested) < 0) [[unlikely]] {
    ++record.lost;
    return;
  }
  const std::uint64_t outer = c.exit - c.entry;
  record.outer += outer;
  record.inner += inner;
  record.convert_in += before - c.gil_wait_before;
  record.gil_wait += c.gil_wait;
  record.nested += c.nested;
  account_side(record, Direction == POLYHOST_INBOUND ? outer : inner, weight == 0 ? 1 : weight);
  if (weight == 0) return;
  polyhost_sample& sample = record.sample;
  ++sample.calls;
  sample.outer += outer;
  sample.inner += inner;
  sample.convert_in += before - c.gil_wait_before;
  sample.nested += c.nested;
  sample.outer_squares += static_cast<double>(outer) * static_cast<double>(outer);
  if (outer >= POLYHOST_LONG_CALL) return;
  ++sample.short_calls;
  sample.short_outer += outer;
  sample.short_inner += inner;
  sample.short_convert_in += before - c.gil_wait_before;
}

}  // namespace polyhost::detail
