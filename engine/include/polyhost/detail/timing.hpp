// Which calls take all four ticks: every call of a function whose calls are long (four ticks are a small part
// of them), and, of the short ones, as many as the timing mode asks for, picked at random. What the ticks are
// is crossing.hpp's. No Python.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/detail/observe.hpp>

#include <cstdint>

namespace polyhost::detail {

// The first calls of a function, which are slower than the rest, do not stand for others.
inline constexpr std::uint64_t warm_up_calls = 8;
// In sampled mode, of so many short calls one is a sample.
inline constexpr unsigned sampled_period = 64;

// Where this plugin's timing mode stands.
inline constexpr std::uint32_t exact_timing = POLYHOST_TIMING_EXACT;
[[gnu::visibility("hidden")]] inline constinit const std::uint32_t* timing_in_use = &exact_timing;

inline bool timing_is(polyhost_timing wanted) {
  return __atomic_load_n(timing_in_use, __ATOMIC_RELAXED) == static_cast<std::uint32_t>(wanted);
}

// At the start of a call that is split, and is like those that are not: its weight for account().
// 0: it is no sample, as a call from within one is none. 1: a sample in exact mode, where the others enter
// the histogram themselves. sampled_period: it enters for the others, too.
inline std::uint64_t begin_sample(polyhost_record& record) {
  if (record.next_is_sample == 0 || record.until_split != 0) return 0;
  record.next_is_sample = 0;
  return timing_is(POLYHOST_TIMING_SAMPLED) ? sampled_period : 1;
}

// At its end: sets when the next one is split, if no call from within it has.
void schedule_next_sample(polyhost_record& record, std::uint64_t outer);

// False if there is nothing left to count down.
[[gnu::always_inline]] inline bool count_down(std::uint64_t& count) {
#ifdef Py_GIL_DISABLED
  std::uint64_t left = __atomic_load_n(&count, __ATOMIC_RELAXED);
  while (left != 0 &&
         !__atomic_compare_exchange_n(&count, &left, left - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return left != 0;
#else
  if (count == 0) return false;
  --count;
  return true;
#endif
}

// Counts a call that need not be split, as far as the mode goes; false if the next one is to be split.
[[gnu::always_inline]] inline bool skip_split(polyhost_record& record) {
  return count_down(record.until_split);
}

// At the end of an inbound call that was split, with the GIL.
[[gnu::always_inline]] inline void look_at_caller(polyhost_record& record) {
  if (look != nullptr && !count_down(record.until_look)) [[unlikely]]
    look(&record);
}

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/timing.hpp>
#endif
