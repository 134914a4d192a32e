// C++ exceptions as Python exceptions: the table that pybind11's users know, and OSError besides.
#pragma once

#include <Python.h>

#include <cxxabi.h>

namespace polyhost::detail {

struct signature;

// Translates C++ exceptions that are not in the table: pybind11's (pybind.hpp), and those of m.exception.
struct translator {
  bool (*translate)();  // throws the current exception again, and sets Python's for it; false: it is none of
                        // these
  translator* next = nullptr;
};
// The newest first: it is asked first. Not owned.
[[gnu::visibility("hidden")]] inline constinit translator* translators = nullptr;
void add_translator(translator& added);

// Sets Python's exception of that type. The text need not be UTF-8: what is not becomes U+FFFD.
void set_error(PyObject* type, const char* text);

// To be called in a handler: sets the Python exception that matches the C++ exception being handled.
// Needs the GIL. What is not a std::exception becomes a RuntimeError. What a signal handler has raised
// meanwhile (interrupt.hpp) comes first.
void set_python_error_from_current_exception();

// The same, whatever signal handlers have raised.
void translate_current_exception();

// What body() returns, or `failed` with the Python exception that matches the C++ one: for what Python calls.
template <class Result, class Body>
Result guarded(Result failed, Body body) {
  try {
    return body();
  } catch (abi::__forced_unwind&) {  // the thread ends
    throw;
  } catch (...) {
    set_python_error_from_current_exception();
    return failed;
  }
}

// The same around a function's body: the function becomes a frame of the exception's traceback.
void set_python_error_from_body(const signature& function);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/errors.hpp>
#endif
