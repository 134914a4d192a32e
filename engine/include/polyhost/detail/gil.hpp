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

// Held while PyThreadState_New runs, which uses what is Python's without holding the GIL. Neither a fork nor
// the end of Python may come in between: a child would hang at a lock that is taken for ever, before its
// first line, and after the end there is no lock.
[[gnu::visibility("hidden")]] inline constinit std::mutex making_thread_state{};

// Makes Python wait for it when it ends: it empties this dict when other threads can get the GIL no more, and
// while it has its thread states still. False with an exception set.
inline bool keep_the_end_apart() {
  PyObject* until_the_end = PyInterpreterState_GetDict(PyInterpreterState_Main());
  constexpr auto wait = [](PyObject*) { const std::lock_guard<std::mutex> last(making_thread_state); };
  PyObject* guard = PyCapsule_New(&making_thread_state, nullptr, wait);
  PyObject* key = PyUnicode_FromFormat("polyhost %p", &making_thread_state);
  const bool kept = until_the_end != nullptr && guard != nullptr && key != nullptr &&
                    PyDict_SetItem(until_the_end, key, guard) == 0;
  Py_XDECREF(key);
  Py_XDECREF(guard);
  return kept;
}

// False with MemoryError set.
inline bool keep_forks_apart() {
#if PY_VERSION_HEX < 0x030D0000
  constexpr auto before = [] { making_thread_state.lock(); };
  constexpr auto in_parent = [] { making_thread_state.unlock(); };
  constexpr auto in_child = in_parent;
#else  // os.fork holds Python's lock when it comes here: whoever holds ours waits for that
  constexpr void (*before)() = nullptr;
  constexpr void (*in_parent)() = nullptr;
  constexpr auto in_child = [] { new (&making_thread_state) std::mutex; };  // its holder is not in the child
#endif
  if (pthread_atfork(before, in_parent, in_child) == 0) return true;
  PyErr_NoMemory();
  return false;
}

inline PyThreadState* new_thread_state() {
  PyThreadState* made = nullptr;
  {
    const std::lock_guard<std::mutex> lock(making_thread_state);
    if (!out_of_reach()) made = PyThreadState_New(PyInterpreterState_Main());
  }
  while (made == nullptr && out_of_reach()) pause();  // this thread's end, as in stop_at_shutdown
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

// Holds the GIL for a scope, whether or not the thread has it already.
class gil_guard {
 public:
  gil_guard() : taken_(!holds_gil()) {
    if (!taken_) return;
    if (PyGILState_GetThisThreadState() == nullptr) made_ = new_thread_state();
    stop_at_shutdown([this] {
      if (made_ != nullptr) {
        PyEval_RestoreThread(made_);
      } else {
        state_ = PyGILState_Ensure();
      }
    });
  }
  ~gil_guard() {
    if (!taken_ || !holds_gil()) return;  // no longer, if this thread is being ended
    if (made_ != nullptr) {
      PyThreadState_Clear(made_);
      PyThreadState_DeleteCurrent();
    } else {
      PyGILState_Release(state_);
    }
  }
  gil_guard(const gil_guard&) = delete;
  gil_guard& operator=(const gil_guard&) = delete;

 private:
  bool taken_;
  PyThreadState* made_ = nullptr;  // a thread that Python has not seen before gets a state for the time
  PyGILState_STATE state_{};
};

// Gives a reference back from any thread. Once Python is out of reach the reference is left alone: there is
// nobody to give it back to.
inline void release_anywhere(PyObject* object) noexcept {
  if (object == nullptr || gil_is_gone()) return;
  const gil_guard gil;
  stop_at_shutdown([&] { Py_DECREF(object); });
}

[[gnu::noinline]] inline void release_last(PyObject* object) {
  if (PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyUnicode_CheckExact(object)) {
    Py_DECREF(object);
  } else {
    stop_at_shutdown([&] { Py_DECREF(object); });
  }
}

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

// As PyBuffer_Release, where this thread may be about to end.
inline void release_buffer(Py_buffer& view) noexcept {
  if (view.obj == nullptr || gil_is_gone()) return;
  stop_at_shutdown([&] { PyBuffer_Release(&view); });
}

}  // namespace polyhost::detail
