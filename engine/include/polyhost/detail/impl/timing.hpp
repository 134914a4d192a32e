// The definitions of detail/timing.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/timing.hpp>

#include <bit>

namespace polyhost::detail {

// Of so many short calls one is a sample: log(2) / -log(1 - 1 / period), by which a random_exponential is
// scaled.
inline constexpr double exact_scale = 10.7399;    // 16, exact_period
inline constexpr double sampled_scale = 44.0136;  // 64, sampled_period

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
inline std::uint64_t random_skip(double scale) {
  return static_cast<std::uint64_t>(random_exponential() * scale);
}

POLYHOST_INLINE void schedule_next_sample(polyhost_record& record, std::uint64_t outer) {
  if (record.next_is_sample != 0 || record.calls < warm_up_calls || outer >= POLYHOST_LONG_CALL ||
      timing_is(POLYHOST_TIMING_FULL)) {
    return;
  }
  record.until_split = random_skip(timing_is(POLYHOST_TIMING_SAMPLED) ? sampled_scale : exact_scale);
  record.next_is_sample = 1;
}

}  // namespace polyhost::detail
