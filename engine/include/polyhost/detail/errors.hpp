// C++ exceptions as Python exceptions: the table that pybind11's users know, and OSError besides.
#pragma once

#include <Python.h>
#include <polyhost/object.hpp>

#include <new>
#include <stdexcept>
#include <system_error>

namespace polyhost::detail {

inline void set_os_error(const std::system_error& error) {
  if (error.code().category() == std::generic_category() ||
      error.code().category() == std::system_category()) {
    const object value =
        object::steal(PyObject_CallFunction(PyExc_OSError, "is", error.code().value(), error.what()));
    if (value) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value.get())), value.get());
    return;
  }
  PyErr_SetString(PyExc_RuntimeError, error.what());
}

// To be called in a handler: sets the Python exception that matches the C++ exception being handled.
// Needs the GIL. What is not a std::exception becomes a RuntimeError.
inline void set_python_error_from_current_exception() {
  try {
    throw;
  } catch (const python_error& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::system_error& error) {
    set_os_error(error);
  } catch (const std::out_of_range& error) {
    PyErr_SetString(PyExc_IndexError, error.what());
  } catch (const std::invalid_argument& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::domain_error& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::length_error& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::range_error& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::overflow_error& error) {
    PyErr_SetString(PyExc_OverflowError, error.what());
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "a C++ exception that is not a std::exception");
  }
}

}  // namespace polyhost::detail
