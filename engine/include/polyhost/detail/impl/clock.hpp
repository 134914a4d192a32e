// The definitions of detail/clock.hpp.
#pragma once

#include <polyhost/detail/clock.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

[[gnu::cold]] POLYHOST_INLINE moment now() {
  moment best{};
  std::uint64_t narrowest = UINT64_MAX;
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = tick();
    const std::uint64_t ns = monotonic_ns();
    const std::uint64_t after = tick();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

[[gnu::cold]] POLYHOST_INLINE const char* clock_source() {
  if (clock_in_use == POLYHOST_CLOCK_MONOTONIC) return "clock_gettime";
#if defined(__aarch64__)
  return "cntvct";
#else
  return "tsc";
#endif
}

[[gnu::cold]] POLYHOST_INLINE double ns_per_tick_since(const moment& past) {
  constexpr std::uint64_t long_enough_ns = 3'000'000;
  if (clock_in_use == POLYHOST_CLOCK_MONOTONIC) return 1.0;
  moment start = past;
  moment present = now();
  if (present.ticks <= start.ticks) start = present;  // the counter was set back, as by a suspended machine
  while (present.ns - start.ns < long_enough_ns) present = now();
  return static_cast<double>(present.ns - start.ns) / static_cast<double>(present.ticks - start.ticks);
}

[[gnu::cold]] POLYHOST_INLINE std::uint64_t smallest_step() {
  std::uint64_t smallest = UINT64_MAX;
  std::uint64_t last = tick();
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t reading = tick();
    if (reading > last && reading - last < smallest) smallest = reading - last;
    last = reading;
  }
  return smallest;
}

}  // namespace polyhost::detail
