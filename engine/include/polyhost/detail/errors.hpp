// C++ exceptions as Python exceptions: the table that pybind11's users know, and OSError besides.
#pragma once

#include <Python.h>

namespace polyhost::detail {

// Sets the Python exception for a C++ exception, to be thrown again by it, that only pybind11 knows
// (pybind.hpp); false: it is none.
using translator = bool (*)();
[[gnu::visibility("hidden")]] inline constinit translator translate_more = nullptr;

// To be called in a handler: sets the Python exception that matches the C++ exception being handled.
// Needs the GIL. What is not a std::exception becomes a RuntimeError. What a signal handler has raised
// meanwhile (interrupt.hpp) comes first.
void set_python_error_from_current_exception();

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/errors.hpp>
#endif
