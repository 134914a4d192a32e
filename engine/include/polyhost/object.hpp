// Owning references to Python objects, and Python exceptions as C++ exceptions.
// Not conversion: that is convert.hpp.
#pragma once

#include <Python.h>
#include <polyhost/detail/gil.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace polyhost {

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
  ~object() {
    if (reference_ != nullptr) detail::release_anywhere(reference_);
  }

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
    if (detail::gil_is_gone()) return "a Python exception; Python has ended";
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
