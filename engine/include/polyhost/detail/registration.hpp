// What m.def makes of a C++ function: a builtin function of Python's in its module, which the ledger knows.
#pragma once

#include <Python.h>
#include <polyhost/abi.h>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/signature.hpp>

#include <cstddef>

namespace polyhost::detail {

inline constexpr const char* load_notes = "__polyhost_load__";

// What the compiler knows of a function.
struct function_definition {
  std::size_t count;  // of its parameters
  void (*add_types)(signature&);
  entry_points calls;
  const batch_function* batch;  // what f.batch runs; null for functions that have none
  bool releases_gil;
};

// The text of a signature, and where it stands, for tracebacks.
struct signature_text {
  // Implicit: m.def's callers give a string.
  signature_text(const char* given, const char* in = __builtin_FILE(),  // NOLINT(google-explicit-constructor)
                 int at = __builtin_LINE())
      : text(given), file(in), line(at) {}
  const char* text;
  const char* file;
  int line;
};

// To be called before a module's functions are added: each name is for one of them.
void begin_module();

// Reads the signature's text, checks it against the C++ function, and adds the function to the module. Throws
// python_error: an ImportError for a text that does not fit.
void add_to_module(PyObject* module, const function_definition& definition, const signature_text& text,
                   const char* doc);

// The same, to a class of the module. The text does not name the first parameter, which is `self`.
void add_to_class(PyObject* module, PyObject* type, const function_definition& definition,
                  const signature_text& text, const char* doc);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/registration.hpp>
#endif
