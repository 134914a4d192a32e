// The definitions of detail/errors.hpp.
#pragma once

#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <cstring>
#include <new>
#include <stdexcept>
#include <system_error>

namespace polyhost::detail {

// The text need not be UTF-8: what is not becomes U+FFFD.
inline void set_error(PyObject* type, const char* text) {
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

// Sets the Python exception that matches the C++ exception being handled.
inline void translate_current_exception() {
  if (translate_more != nullptr && translate_more()) return;
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

}  // namespace polyhost::detail
