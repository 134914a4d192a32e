// The definitions of detail/errors.hpp.
#pragma once

#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/signature.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <frameobject.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace polyhost::detail {

POLYHOST_INLINE void add_translator(translator& added) {
  for (translator* known = translators; known != nullptr; known = known->next) {
    if (known == &added) return;  // the module is imported again
  }
  added.next = translators;
  translators = &added;
}

POLYHOST_INLINE void set_error(PyObject* type, const char* text) {
  const object message =
      object::steal(PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "replace"));
  if (message) PyErr_SetObject(type, message.get());
}

inline void set_os_error(const std::system_error& error) {
  if (error.code().category() == std::generic_category() ||
      error.code().category() == std::system_category()) {
    const object value =
        object::steal(PyObject_CallFunction(PyExc_OSError, "is", error.code().value(), error.what()));
    if (value) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value.get())), value.get());
    return;
  }
  set_error(PyExc_RuntimeError, error.what());
}

POLYHOST_INLINE void translate_current_exception() {
  for (const translator* asked = translators; asked != nullptr; asked = asked->next) {
    if (asked->translate()) return;
  }
  try {
    throw;
  } catch (const python_error& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::system_error& error) {
    set_os_error(error);
  } catch (const std::out_of_range& error) {
    set_error(PyExc_IndexError, error.what());
  } catch (const std::invalid_argument& error) {
    set_error(PyExc_ValueError, error.what());
  } catch (const std::domain_error& error) {
    set_error(PyExc_ValueError, error.what());
  } catch (const std::length_error& error) {
    set_error(PyExc_ValueError, error.what());
  } catch (const std::range_error& error) {
    set_error(PyExc_ValueError, error.what());
  } catch (const std::overflow_error& error) {
    set_error(PyExc_OverflowError, error.what());
  } catch (const std::exception& error) {
    set_error(PyExc_RuntimeError, error.what());
  } catch (...) {
    set_error(PyExc_RuntimeError, "a C++ exception that is not a std::exception");
  }
}

POLYHOST_INLINE void set_python_error_from_current_exception() {
  translate_current_exception();
  prefer_interruption();
}

// Puts the function before the frames that the exception has come through. Without memory it is left out.
inline void add_frame(const signature& function) {
  if (function.file == nullptr) return;
  object exception = take_exception();
  PyCodeObject* code = PyCode_NewEmpty(function.file, function.qualified_name().c_str(), function.line);
  const object globals = object::steal(PyDict_New());
  PyFrameObject* frame =
      code != nullptr && globals ? PyFrame_New(PyThreadState_Get(), code, globals.get(), nullptr) : nullptr;
  PyErr_Clear();
  set_exception(std::move(exception));
  if (frame != nullptr) PyTraceBack_Here(frame);
  Py_XDECREF(reinterpret_cast<PyObject*>(frame));
  Py_XDECREF(reinterpret_cast<PyObject*>(code));
}

POLYHOST_INLINE void set_python_error_from_body(const signature& function) {
  set_python_error_from_current_exception();
  try {
    add_frame(function);
  } catch (const std::bad_alloc&) {  // of the function's name: the exception has no frame then
    if (PyErr_Occurred() == nullptr) PyErr_NoMemory();
  }
}

}  // namespace polyhost::detail
