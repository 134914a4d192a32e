// Owning references to Python objects, and Python exceptions as C++ exceptions.
// Not conversion: that is convert.hpp.
#pragma once

#include <Python.h>

#include <pthread.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace polyhost {

namespace detail {

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
  const PyThreadState* current =
      _PyThreadState_UncheckedGet();  // the state of whichever thread holds the GIL
  if (current == nullptr) return false;
  if (current == PyGILState_GetThisThreadState()) return true;
  // PyGILState_Check answers no truly, but always yes once there has been a subinterpreter.
  return PyGILState_Check() != 0 && current->thread_id == PyThread_get_thread_ident();
#endif
}

// True if Python is shutting down or has ended: a thread that does not hold the GIL must not ask for it.
inline bool out_of_reach() { return finalizing() || Py_IsInitialized() == 0; }

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
    while (!over_ && !holds_gil() && out_of_reach()) pause();
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

// PyThreadState_New takes a lock of Python's without holding the GIL. A child that another thread forks at
// that moment finds the lock taken for ever, and hangs before its first line; so no fork may come in between.
[[gnu::visibility("hidden")]] inline constinit std::mutex no_fork{};

inline PyThreadState* new_thread_state() {
  static const int watched =
      pthread_atfork([] { no_fork.lock(); }, [] { no_fork.unlock(); }, [] { no_fork.unlock(); });
  if (watched != 0) throw std::bad_alloc();
  const std::lock_guard<std::mutex> lock(no_fork);
  PyThreadState* made = PyThreadState_New(PyInterpreterState_Main());
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
  if (object == nullptr || (!holds_gil() && out_of_reach())) return;
  const gil_guard gil;
  stop_at_shutdown([&] { Py_DECREF(object); });
}

// As PyBuffer_Release, where this thread may be about to end.
inline void release_buffer(Py_buffer& view) noexcept {
  if (view.obj == nullptr || (!holds_gil() && out_of_reach())) return;
  stop_at_shutdown([&] { PyBuffer_Release(&view); });
}

}  // namespace detail

// An owning reference to any Python object, or to none. Copying needs the GIL; destruction does not.
class object {
 public:
  object() = default;
  // Takes over a new reference (null is allowed).
  static object steal(PyObject* reference) { return object(reference); }
  // Adds a reference to a borrowed one (null is allowed).
  static object borrow(PyObject* reference) { return object(Py_XNewRef(reference)); }

  object(const object& other) : reference_(Py_XNewRef(other.reference_)) {}
  object(object&& other) noexcept : reference_(std::exchange(other.reference_, nullptr)) {}
  object& operator=(object other) noexcept {
    std::swap(reference_, other.reference_);
    return *this;
  }
  ~object() { detail::release_anywhere(reference_); }

  // The reference, borrowed.
  [[nodiscard]] PyObject* get() const { return reference_; }
  // The reference, which now belongs to the caller.
  [[nodiscard]] PyObject* release() { return std::exchange(reference_, nullptr); }
  explicit operator bool() const { return reference_ != nullptr; }

 private:
  explicit object(PyObject* reference) : reference_(reference) {}
  PyObject* reference_ = nullptr;
};

namespace detail {

// The exception that is set in this thread, which is then no longer set; there must be one. Needs the GIL.
inline object take_exception() {
#if PY_VERSION_HEX >= 0x030C0000
  return object::steal(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return object::steal(value);
#endif
}

// Makes it the current Python exception. Needs the GIL.
inline void set_exception(object exception) {
  PyObject* value = exception.release();
#if PY_VERSION_HEX >= 0x030C0000
  PyErr_SetRaisedException(value);
#else
  PyErr_Restore(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(value))), value,
                PyException_GetTraceback(value));
#endif
}

}  // namespace detail

// A Python exception on its way through C++. Thrown by callbacks; give it back to Python by letting it
// leave the native function: the caller then sees the very same exception object.
class python_error : public std::exception {
 public:
  // Takes the exception that is set in this thread; there must be one. Needs the GIL.
  python_error() : state_(std::make_shared<state>()) { state_->value = detail::take_exception(); }

  // Makes it the current Python exception again. Needs the GIL.
  void restore() const { detail::set_exception(state_->value); }

  // The exception object, borrowed.
  [[nodiscard]] PyObject* value() const { return state_->value.get(); }

  // True if the exception is an instance of `type`. Needs the GIL.
  [[nodiscard]] bool matches(PyObject* type) const {
    return PyErr_GivenExceptionMatches(state_->value.get(), type) != 0;
  }

  // "TypeName: message". Takes the GIL when it is called for the first time.
  [[nodiscard]] const char* what() const noexcept override {
    if (!detail::holds_gil() && detail::out_of_reach()) return "a Python exception; Python has ended";
    try {
      const detail::gil_guard gil;
      if (state_->text.empty()) state_->text = describe(state_->value.get());
      return state_->text.c_str();
    } catch (const std::bad_alloc&) {
      return "a Python exception; there is no memory to describe it";
    }
  }

 private:
  struct state {
    object value;
    std::string text;
  };

  static std::string describe(PyObject* value) {
    // Describing must not disturb an exception that is under way.
    PyObject* type = nullptr;
    PyObject* current = nullptr;
    PyObject* traceback = nullptr;
    PyErr_Fetch(&type, &current, &traceback);
    std::string text = Py_TYPE(value)->tp_name;
    const object message = object::steal(PyObject_Str(value));
    const char* utf8 = message ? PyUnicode_AsUTF8(message.get()) : nullptr;
    if (utf8 != nullptr && *utf8 != '\0') text.append(": ").append(utf8);
    PyErr_Restore(type, current, traceback);
    return text;
  }

  std::shared_ptr<state> state_;  // shared: exceptions are copied, and a copy may need no GIL
};

// To be thrown after a call of the C API has set a Python exception.
[[noreturn]] inline void throw_python_error() { throw python_error(); }

}  // namespace polyhost
