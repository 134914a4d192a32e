// The definitions of object.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/object.hpp>

namespace polyhost::detail {

POLYHOST_INLINE object take_exception() {
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

POLYHOST_INLINE void set_exception(object exception) {
  PyObject* value = exception.release();
#if PY_VERSION_HEX >= 0x030C0000
  PyErr_SetRaisedException(value);
#else
  PyErr_Restore(Py_NewRef(reinterpret_cast<PyObject*>(Py_TYPE(value))), value,
                PyException_GetTraceback(value));
#endif
}

inline std::string describe_exception(PyObject* value) {
  const exception_aside under_way;
  std::string text = Py_TYPE(value)->tp_name;
  const object message = object::steal(PyObject_Str(value));
  const char* utf8 = message ? PyUnicode_AsUTF8(message.get()) : nullptr;
  if (utf8 != nullptr && *utf8 != '\0') text.append(": ").append(utf8);
  return text;
}

}  // namespace polyhost::detail

namespace polyhost {

POLYHOST_INLINE python_error::python_error() : state_(std::make_shared<state>()) {
  state_->value = detail::take_exception();
}

POLYHOST_INLINE void python_error::restore() const { detail::set_exception(state_->value); }

POLYHOST_INLINE bool python_error::matches(PyObject* type) const {
  return PyErr_GivenExceptionMatches(state_->value.get(), type) != 0;
}

POLYHOST_INLINE const char* python_error::what() const noexcept {
  if (detail::gil_is_gone()) return "a Python exception; Python has ended";
  try {
    const detail::gil_guard gil;
    if (state_->text.empty()) state_->text = detail::describe_exception(state_->value.get());
    return state_->text.c_str();
  } catch (const std::bad_alloc&) {
    return "a Python exception; there is no memory to describe it";
  }
}

POLYHOST_INLINE void throw_python_error() { throw python_error(); }

}  // namespace polyhost
