// From ticks to nanoseconds, after the run. Reading a tick is polyhost/detail/tick.hpp's.
#pragma once

#include <cstdint>
#include <string>

namespace polyhost::base {

// One moment on both time scales.
struct Moment {
  std::uint64_t ticks;
  std::uint64_t ns;  // CLOCK_MONOTONIC
};

// Chooses the process's clock; called once, before the first tick.
void choose_clock();

// Now, with both scales read as close together as a few tries allow.
Moment now();

// "tsc", "cntvct" or "clock_gettime"
std::string clock_source();

// The length of a tick, from a moment in the past to now; waits until the two are a few milliseconds apart,
// so that the error stays below 1 in 10,000.
double ns_per_tick_since(const Moment& past);

// The smallest step seen between two readings that differ, in ticks.
std::uint64_t smallest_step();

}  // namespace polyhost::base
