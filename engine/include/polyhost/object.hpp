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
object take_exception();

// Makes it the current Python exception. Needs the GIL.
void set_exception(object exception);

// Puts the exception that is set, if there is one, aside for a scope; one that is set meanwhile is dropped.
// Needs the GIL.
class exception_aside {
 public:
  exception_aside() { PyErr_Fetch(&type_, &value_, &traceback_); }
  exception_aside(const exception_aside&) = delete;
  exception_aside& operator=(const exception_aside&) = delete;
  ~exception_aside() { PyErr_Restore(type_, value_, traceback_); }

 private:
  PyObject* type_ = nullptr;
  PyObject* value_ = nullptr;
  PyObject* traceback_ = nullptr;
};

}  // namespace detail

// A Python exception on its way through C++. Thrown by callbacks; give it back to Python by letting it
// leave the native function: the caller then sees the very same exception object.
class python_error : public std::exception {
 public:
  // Takes the exception that is set in this thread; there must be one. Needs the GIL.
  python_error();

  // Makes it the current Python exception again. Needs the GIL.
  void restore() const;

  // The exception object, borrowed.
  [[nodiscard]] PyObject* value() const { return state_->value.get(); }

  // True if the exception is an instance of `type`. Needs the GIL.
  [[nodiscard]] bool matches(PyObject* type) const;

  // "TypeName: message". Takes the GIL when it is called for the first time.
  [[nodiscard]] const char* what() const noexcept override;

 private:
  struct state {
    object value;
    std::string text;
  };

  std::shared_ptr<state> state_;  // shared: exceptions are copied, and a copy may need no GIL
};

// To be thrown after a call of the C API has set a Python exception.
[[noreturn]] void throw_python_error();

namespace detail {

// A new reference, owned; throws python_error if it is null.
inline object or_throw(PyObject* made) {
  if (made == nullptr) throw_python_error();
  return object::steal(made);
}

}  // namespace detail
}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/object.hpp>
#endif
