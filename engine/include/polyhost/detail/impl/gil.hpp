// The definitions of detail/gil.hpp.
#pragma once

#include <polyhost/detail/gil.hpp>
#include <polyhost/detail/inline.hpp>

#include <ctime>

namespace polyhost::detail {

inline bool try_lock_making_thread_state(int milliseconds) {
  constexpr timespec a_millisecond{.tv_sec = 0, .tv_nsec = 1'000'000};
  while (!making_thread_state.try_lock()) {
    if (milliseconds-- == 0) return false;
    nanosleep(&a_millisecond, nullptr);
  }
  return true;
}

POLYHOST_INLINE bool keep_the_end_apart() {
  PyObject* until_the_end = PyInterpreterState_GetDict(PyInterpreterState_Main());
  constexpr auto wait = [](PyObject*) {
    // Not for ever: Python may have stopped a thread where it asked for the GIL.
    if (try_lock_making_thread_state(1000)) making_thread_state.unlock();
  };
  PyObject* guard = PyCapsule_New(&making_thread_state, nullptr, wait);
  PyObject* key = PyUnicode_FromFormat("polyhost %p", &making_thread_state);
  const bool kept = until_the_end != nullptr && guard != nullptr && key != nullptr &&
                    PyDict_SetItem(until_the_end, key, guard) == 0;
  Py_XDECREF(key);
  Py_XDECREF(guard);
  return kept;
}

#if PY_VERSION_HEX < 0x030D0000
// By a thread that may have the GIL: it gives it away after some milliseconds, and has it again when this
// returns.
inline void lock_making_thread_state(int milliseconds) {
  if (try_lock_making_thread_state(milliseconds)) return;
  stop_at_shutdown([] {
    PyThreadState* const state = holds_gil() ? PyEval_SaveThread() : nullptr;
    std::unique_lock<std::mutex> lock(making_thread_state);
    if (state != nullptr) PyEval_RestoreThread(state);
    lock.release();
  });
}
#endif

POLYHOST_INLINE bool keep_forks_apart() {
#if PY_VERSION_HEX < 0x030D0000
  // Other libraries' locks may be held already, for which a thread would wait with the GIL: it is given away
  // only to whoever seems to need it.
  constexpr auto before = [] { lock_making_thread_state(20); };
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

POLYHOST_INLINE gil_guard::gil_guard() : taken_(!holds_gil()) {
  if (!taken_) return;
  // Asked once: when Python ends it forgets the states of its threads, and PyGILState_Ensure would then make
  // one without having the GIL.
  PyThreadState* state = PyGILState_GetThisThreadState();
  stop_at_shutdown([this, state]() mutable {
    if (state == nullptr) state = made_ = new_thread_state();
    PyEval_RestoreThread(state);
  });
}

POLYHOST_INLINE gil_guard::~gil_guard() {
  if (!taken_ || !holds_gil()) return;  // no longer, if this thread is being ended
  if (made_ != nullptr) {
    PyThreadState_Clear(made_);
#if PY_VERSION_HEX < 0x030D0000
    lock_making_thread_state(0);
    const std::lock_guard<std::mutex> lock(making_thread_state, std::adopt_lock);
#endif
    PyThreadState_DeleteCurrent();
  } else {
    PyEval_SaveThread();
  }
}

POLYHOST_INLINE void release_anywhere(PyObject* object) noexcept {
  if (object == nullptr || gil_is_gone()) return;
  const gil_guard gil;
  stop_at_shutdown([&] { Py_DECREF(object); });
}

[[gnu::noinline]] POLYHOST_INLINE void release_last(PyObject* object) {
  if (PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyUnicode_CheckExact(object)) {
    Py_DECREF(object);
  } else {
    stop_at_shutdown([&] { Py_DECREF(object); });
  }
}

POLYHOST_INLINE void release_buffer(Py_buffer& view) noexcept {
  if (view.obj == nullptr || gil_is_gone()) return;
  stop_at_shutdown([&] { PyBuffer_Release(&view); });
}

}  // namespace polyhost::detail
