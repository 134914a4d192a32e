// Which calls take all four ticks: every call of a function whose calls are long (four ticks are a small part
// of them), and, of the short ones, as many as the timing mode asks for, picked at random. What the ticks are
// is timed_crossing.hpp's. No Python.
#pragma once

#include <polyhost/abi.h>

#include <bit>
#include <cstdint>

namespace polyhost::detail {

// The first calls of a function, which are slower than the rest, do not stand for others.
inline constexpr std::uint64_t first_calls = 8;
// Of so many short calls one is picked.
inline constexpr unsigned exact_period = 16;
inline constexpr unsigned sampled_period = 64;
inline constexpr double exact_scale = 10.7399;
inline constexpr double sampled_scale = 44.0136;

// Where this plugin's timing mode stands.
inline constexpr std::uint32_t exact_timing = POLYHOST_TIMING_EXACT;
[[gnu::visibility("hidden")]] inline constinit const std::uint32_t* timing_in_use = &exact_timing;

inline bool timing_is(polyhost_timing wanted) {
  return __atomic_load_n(timing_in_use, __ATOMIC_RELAXED) == static_cast<std::uint32_t>(wanted);
}

// xorshift64 (Marsaglia 2003): what is picked must not fall into step with a script's own rhythm.
inline std::uint64_t random_bits() {
  static constinit std::uint64_t state = 0x9E3779B97F4A7C15U;
  std::uint64_t x = state;
  x ^= x << 13U;
  x ^= x >> 7U;
  x ^= x << 17U;
  return state = x;
}

// -log2 of a random number in (0, 1], within 0.01: its exponent, and a parabola for the rest.
inline double random_exponential() {
  const std::uint64_t bits = random_bits();
  const int zeros = std::countl_zero(bits);  // xorshift is never 0
  const double rest =
      static_cast<double>((bits << zeros) & ~(std::uint64_t{1} << 63U)) * 0x1p-63;  // in [0, 1)
  return zeros + 1 - rest - 0.3431 * rest * (1.0 - rest);
}

// Geometrically distributed, so that each call has the same chance, whatever was picked before.
// `scale` is log(2) / -log(1 - 1 / period).
inline std::uint64_t random_pause(double scale) {
  return static_cast<std::uint64_t>(random_exponential() * scale);
}

// At the start of a call that is split, and is like those that are not: what it weighs for account(), 0 if it
// was not picked. A call from within it is no pick.
inline std::uint64_t take_pick(polyhost_record& record) {
  if (record.picking == 0 || record.until_split != 0) return 0;
  record.picking = 0;
  return timing_is(POLYHOST_TIMING_SAMPLED) ? sampled_period : 1;
}

// At its end: sets when the next one is split, if no call from within it has.
inline void choose_next_split(polyhost_record& record, std::uint64_t outer) {
  if (record.picking != 0 || record.calls < first_calls || outer >= POLYHOST_LONG_CALL ||
      timing_is(POLYHOST_TIMING_FULL)) {
    return;
  }
  record.until_split = random_pause(timing_is(POLYHOST_TIMING_SAMPLED) ? sampled_scale : exact_scale);
  record.picking = 1;
}

// Counts a call that need not be split, as far as the mode goes; false if the next one is to be split.
[[gnu::always_inline]] inline bool passes_unsplit(polyhost_record& record) {
#ifdef Py_GIL_DISABLED
  std::uint64_t left = __atomic_load_n(&record.until_split, __ATOMIC_RELAXED);
  while (left != 0 && !__atomic_compare_exchange_n(&record.until_split, &left, left - 1, true,
                                                   __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return left != 0;
#else
  if (record.until_split == 0) return false;
  --record.until_split;
  return true;
#endif
}

}  // namespace polyhost::detail
