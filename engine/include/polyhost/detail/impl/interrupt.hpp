// The definitions of interrupt.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <utility>

namespace polyhost::detail {

// What a signal handler has raised while native code of this plugin ran; until the call returns. Owned.
// Touched by the main thread alone, with the GIL.
[[gnu::visibility("hidden")]] inline constinit PyObject* interruption = nullptr;
// True if there is one, for all threads.
[[gnu::visibility("hidden")]] inline constinit std::atomic<bool> interruption_waits{false};
// When this thread looks for signals next, in ns.
[[gnu::visibility("hidden")]] inline constinit thread_local std::int64_t next_look = 0;

inline std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// Python's main thread is the process's, in a forked child too.
inline bool in_main_thread() { return syscall(SYS_gettid) == static_cast<long>(getpid()); }

inline object take_interruption() {
  interruption_waits.store(false, std::memory_order_relaxed);
  return object::steal(std::exchange(interruption, nullptr));
}

// Called by Python in its main thread, before the instruction that follows the call of the native function.
inline int raise_interruption(void*) {
  object exception = take_interruption();
  if (!exception) return 0;
  set_exception(std::move(exception));
  return -1;
}

// Runs the handlers of signals that have arrived; true if one raised. Needs the GIL.
inline bool run_signal_handlers() {
  if (PyErr_Occurred() != nullptr || PyErr_CheckSignals() == 0) return false;
  object exception = take_exception();
  bool queued = Py_AddPendingCall(raise_interruption, nullptr) == 0;
  if (!queued) {  // the queue is full: it is Python's main thread that empties it, and this is that thread
    if (Py_MakePendingCalls() != 0) PyErr_Clear();
    queued = Py_AddPendingCall(raise_interruption, nullptr) == 0;
  }
  if (!queued) {  // within one of those calls: at least the type gets through
    PyThreadState_SetAsyncExc(PyThread_get_thread_ident(),
                              reinterpret_cast<PyObject*>(Py_TYPE(exception.get())));
    return true;
  }
  interruption = exception.release();
  interruption_waits.store(true, std::memory_order_relaxed);
  return true;
}

// `waited` becomes the time that it took to get the GIL, in ns.
inline bool look_in_main_thread(std::int64_t& waited) {
  if (interruption_waits.load(std::memory_order_relaxed)) return true;
  if (gil_is_gone()) return false;
  const std::int64_t asked = clock_ns(CLOCK_MONOTONIC);
  const gil_guard gil;
  waited = clock_ns(CLOCK_MONOTONIC) - asked;
  return run_signal_handlers();
}

inline bool look_elsewhere() {
  if (PyGILState_GetThisThreadState() != nullptr) return false;  // a thread of Python's
  if (interruption_waits.load(std::memory_order_relaxed)) return true;
  return table != nullptr && table->interrupt_waits != nullptr && table->interrupt_waits() != 0;
}

[[gnu::noinline, gnu::visibility("hidden")]] inline bool look_for_interrupt() noexcept {
  constexpr std::int64_t least_pause = 10'000'000;
  constexpr std::int64_t most_pause = 1'000'000'000;
  constexpr std::int64_t share = 20;  // of the time that waiting may take
  std::int64_t waited = 0;
  const bool found = in_main_thread() ? look_in_main_thread(waited) : look_elsewhere();
  const std::int64_t pause = std::clamp(waited * share, least_pause, most_pause);
  next_look = found ? 0 : clock_ns(CLOCK_MONOTONIC) + pause;
  return found;
}

POLYHOST_INLINE void prefer_interruption() {
  if (!interruption_waits.load(std::memory_order_relaxed) || !in_main_thread()) return;
  object thrown = take_exception();
  object exception = take_interruption();
  const object context = object::steal(PyException_GetContext(exception.get()));
  if (!context && thrown.get() != exception.get()) PyException_SetContext(exception.get(), thrown.release());
  set_exception(std::move(exception));
}

}  // namespace polyhost::detail

namespace polyhost {

POLYHOST_INLINE bool interrupted() noexcept {
  if (!detail::interruption_waits.load(std::memory_order_relaxed) &&
      detail::clock_ns(CLOCK_MONOTONIC_COARSE) < detail::next_look) [[likely]] {
    return false;
  }
  return detail::look_for_interrupt();
}

POLYHOST_INLINE void check_interrupt() {
  if (!interrupted() || !detail::in_main_thread()) return;
  const detail::gil_guard gil;
  if (detail::raise_interruption(nullptr) != 0) throw_python_error();
}

}  // namespace polyhost
