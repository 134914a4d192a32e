// The definitions of detail/gil.hpp.
#pragma once

#include <polyhost/detail/gil.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

POLYHOST_INLINE bool keep_the_end_apart() {
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

POLYHOST_INLINE bool keep_forks_apart() {
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

POLYHOST_INLINE gil_guard::gil_guard() : taken_(!holds_gil()) {
  if (!taken_) return;
  // Asked once: when Python ends it forgets the states of its threads, and PyGILState_Ensure would then make
  // one without having the GIL.
  PyThreadState* state = PyGILState_GetThisThreadState();
  if (state == nullptr) state = made_ = new_thread_state();
  stop_at_shutdown([state] { PyEval_RestoreThread(state); });
}

POLYHOST_INLINE gil_guard::~gil_guard() {
  if (!taken_ || !holds_gil()) return;  // no longer, if this thread is being ended
  if (made_ != nullptr) {
    PyThreadState_Clear(made_);
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
