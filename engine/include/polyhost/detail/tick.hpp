// The clock of the hot path: one reading of the processor's counter, and how a reading is kept in place.
// Turning ticks into nanoseconds is not done here: clock.hpp does it, after the run.
#pragma once

#include <polyhost/abi.h>

#include <cstdint>
#include <ctime>
#include <type_traits>

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#pragma push_macro("_Bool")
#undef _Bool
// A C header: clang has no _Bool in standard C++. NOLINTNEXTLINE(bugprone-reserved-identifier)
#define _Bool bool
#include <sys/platform/x86.h>
#pragma pop_macro("_Bool")
#endif

namespace polyhost::detail {

// The clock that the ledger chose for the whole process; set before the first tick.
[[gnu::visibility("hidden")]] inline constinit std::uint32_t clock_in_use = POLYHOST_CLOCK_MONOTONIC;

[[gnu::noinline]] inline std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

// The processor's counter, whether or not it is fit to be a clock.
inline std::uint64_t counter() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return monotonic_ns();
#endif
}

// True if the counter runs at one rate, whatever the processor does, and so can be a clock. Asks the C
// library, which knows: the cpuid instruction takes tens of microseconds in a virtual machine.
inline bool counter_is_invariant() {
#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
  return x86_cpu_present(x86_cpu_INVARIANT_TSC);
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

inline polyhost_clock best_clock() {
  return counter_is_invariant() ? POLYHOST_CLOCK_COUNTER : POLYHOST_CLOCK_MONOTONIC;
}

// Memory accesses do not move across a tick; values in registers may, see pin().
[[gnu::always_inline]] inline std::uint64_t tick() {
  asm volatile("" ::: "memory");
  std::uint64_t now = 0;
  if (clock_in_use == POLYHOST_CLOCK_COUNTER) [[likely]] {
    now = counter();
  } else {
    now = monotonic_ns();
  }
  asm volatile("" ::: "memory");
  return now;
}

// Makes the compiler believe that the value is read and changed here, so that no computation with it
// crosses this point (and with it, a neighbouring tick).
template <class T>
inline void pin(T& value) {
  if constexpr (std::is_integral_v<T> || std::is_pointer_v<T> || std::is_enum_v<T>) {
    asm volatile("" : "+r"(value));
  } else if constexpr (std::is_floating_point_v<T> && sizeof(T) <= 8) {
#if defined(__x86_64__)
    asm volatile("" : "+x"(value));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(value));
#else
    asm volatile("" : "+m"(value));
#endif
  } else {
    asm volatile("" : : "r"(&value) : "memory");
  }
}

}  // namespace polyhost::detail
