// From ticks to nanoseconds, and how fine they are. Reading a tick is tick.hpp's. No Python.
#pragma once

#include <polyhost/detail/tick.hpp>

#include <cstdint>

namespace polyhost::detail {

// One moment on both time scales.
struct moment {
  std::uint64_t ticks;
  std::uint64_t ns;  // CLOCK_MONOTONIC
};

// Now, with both scales read as close together as a few tries allow.
moment now();

// "tsc", "cntvct" or "clock_gettime"
const char* clock_source();

// The length of a tick, from a moment in the past to now; waits until the two are a few milliseconds apart,
// so that the error stays below 1 in 10,000.
double ns_per_tick_since(const moment& past);

// The smallest step seen between two readings that differ, in ticks.
std::uint64_t smallest_step();

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/clock.hpp>
#endif
