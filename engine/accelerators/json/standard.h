// The standard library's json.loads and json.dumps, for the cases that are the same for everybody
// (--accelerate json).
#pragma once

#include <Python.h>

namespace polyhost::json {

// What json.loads(document) returns, for an exact str, bytes or bytearray: a new reference. NotImplemented,
// with nothing done, if that is better left to the standard library: for whatever is an error, and what this
// module reads otherwise (NaN, integers beyond 64 bits, other encodings than UTF-8, deep nesting). Null with
// an exception set if there is no memory. Needs the GIL.
PyObject* standard_loads(PyObject* document);

struct standard_style {
  bool ensure_ascii = true;
  bool allow_nan = true;
  bool sort_keys = false;
  PyObject* item_separator = nullptr;  // str, borrowed
  PyObject* key_separator = nullptr;   // str, borrowed
  PyObject* indent = nullptr;          // str of one level, borrowed; null: all on one line
};

// The same for json.dumps. NotImplemented for all that is not exactly None, bool, int, float, str, list,
// tuple or dict, before any Python code has run; for integers beyond 64 bits, and for containers in a circle.
PyObject* standard_dumps(PyObject* object, const standard_style& style);

}  // namespace polyhost::json
