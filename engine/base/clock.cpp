// Choosing the clock and measuring the length of its tick.
#include "base/clock.h"

#include <polyhost/detail/tick.hpp>

#include <algorithm>
#include <limits>

namespace polyhost::base {

void choose_clock() { detail::clock_in_use = detail::best_clock(); }

Moment now() {
  Moment best{};
  std::uint64_t narrowest = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = detail::tick();
    const std::uint64_t ns = detail::monotonic_ns();
    const std::uint64_t after = detail::tick();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

std::string clock_source() {
  if (detail::clock_in_use == POLYHOST_CLOCK_MONOTONIC) return "clock_gettime";
#if defined(__aarch64__)
  return "cntvct";
#else
  return "tsc";
#endif
}

double ns_per_tick_since(const Moment& past) {
  constexpr std::uint64_t long_enough_ns = 3'000'000;
  if (detail::clock_in_use == POLYHOST_CLOCK_MONOTONIC) return 1.0;
  Moment start = past;
  Moment present = now();
  if (present.ticks <= start.ticks) start = present;  // the counter was set back, as by a suspended machine
  while (present.ns - start.ns < long_enough_ns) present = now();
  return static_cast<double>(present.ns - start.ns) / static_cast<double>(present.ticks - start.ticks);
}

std::uint64_t smallest_step() {
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last = detail::tick();
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t reading = detail::tick();
    if (reading > last) smallest = std::min(smallest, reading - last);
    last = reading;
  }
  return smallest;
}

}  // namespace polyhost::base
