// Having the GIL: from any thread, until Python is gone, and with forks meanwhile.
#pragma once

#include <Python.h>

#include <pthread.h>
#include <unistd.h>

#include <mutex>
#include <new>
#include <type_traits>

namespace polyhost::detail {

inline bool finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

// True if this thread holds the GIL; also right once Python has ended, and in subinterpreters.
inline bool holds_gil() {
#if PY_VERSION_HEX >= 0x030D0000
  return PyThreadState_GetUnchecked() != nullptr;
#elif PY_VERSION_HEX >= 0x030C0000
  return _PyThreadState_UncheckedGet() != nullptr;
#else
  // The state of whichever thread holds the GIL.
  const PyThreadState* current = _PyThreadState_UncheckedGet();
  if (current == nullptr) return false;
  if (current == PyGILState_GetThisThreadState()) return true;
  // PyGILState_Check answers no truly, but always yes once there has been a subinterpreter.
  return PyGILState_Check() != 0 && current->thread_id == PyThread_get_thread_ident();
#endif
}

// True if Python is shutting down or has ended: a thread that does not hold the GIL must not ask for it.
inline bool out_of_reach() { return finalizing() || Py_IsInitialized() == 0; }
// True if this thread does not hold the GIL and must not ask for it.
inline bool gil_is_gone() { return !holds_gil() && out_of_reach(); }

// Up to 3.13, CPython ends a thread that asks for the GIL while it shuts down, by a forced unwind, for which
// C++ frames are not prepared (destructors that need the GIL, noexcept). As 3.14 does, this stops the thread
// where it stands; the process ends without it. A destructor, since handlers of exceptions must not catch a
// forced unwind.
class shutdown_stop {
 public:
  shutdown_stop() = default;
  shutdown_stop(const shutdown_stop&) = delete;
  shutdown_stop& operator=(const shutdown_stop&) = delete;
  ~shutdown_stop() {
    while (!over_ && gil_is_gone()) pause();
  }
  void over() { over_ = true; }

 private:
  bool over_ = false;
};

// Runs what may ask for the GIL. Never inlined: a noexcept function around it must not spare itself the
// destructor.
template <class Action>
[[gnu::noinline]] auto stop_at_shutdown(Action action) {
  shutdown_stop stop;
  if constexpr (std::is_void_v<decltype(action())>) {
    action();
    stop.over();
  } else {
    auto result = action();
    stop.over();
    return result;
  }
}

// Held while a thread's state is made and while it is freed, which uses what is Python's without holding the
// GIL. Neither a fork nor the end of Python may come in between: a child would hang at a lock that is taken
// for ever, before its first line, and after the end there is no lock. While tracemalloc runs,
// PyThreadState_New asks for the GIL, so whoever has the GIL does not wait for this without an end.
[[gnu::visibility("hidden")]] inline constinit std::mutex making_thread_state{};

// Makes Python wait for it when it ends: it empties this dict when other threads can get the GIL no more, and
// while it has its thread states still. False with an exception set.
bool keep_the_end_apart();

// False with MemoryError set.
bool keep_forks_apart();

// Holds the GIL for a scope, whether or not the thread has it already.
class gil_guard {
 public:
  gil_guard();
  ~gil_guard();
  gil_guard(const gil_guard&) = delete;
  gil_guard& operator=(const gil_guard&) = delete;

 private:
  bool taken_;
  PyThreadState* made_ = nullptr;  // a thread that Python has not seen before gets a state for the time
};

// Gives a reference back from any thread. Once Python is out of reach the reference is left alone: there is
// nobody to give it back to.
void release_anywhere(PyObject* object) noexcept;

void release_last(PyObject* object);

// Gives a reference back, by a thread that holds the GIL; like release_anywhere where that may run Python
// code.
[[gnu::always_inline]] inline void release_held(PyObject* object) {
  if (object == nullptr) return;
  if (Py_REFCNT(object) > 1) [[likely]] {
    Py_DECREF(object);
  } else {
    release_last(object);
  }
}

// Keeps an object alive for a scope, by a thread that holds the GIL. As polyhost::object does, which asks
// more.
class kept_alive {
 public:
  explicit kept_alive(PyObject* borrowed) : object_(Py_XNewRef(borrowed)) {}
  kept_alive(const kept_alive&) = delete;
  kept_alive& operator=(const kept_alive&) = delete;
  ~kept_alive() { release_held(object_); }
  [[nodiscard]] PyObject* get() const { return object_; }

 private:
  PyObject* object_;
};

// As PyBuffer_Release, where this thread may be about to end.
void release_buffer(Py_buffer& view) noexcept;

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/gil.hpp>
#endif
