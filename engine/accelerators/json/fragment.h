// Fragment: JSON text that dumps writes as it is.
#pragma once

#include <Python.h>

namespace polyhost::json {

// The class, made at the first call: a new reference, or null with an exception set.
PyObject* fragment_type();

bool is_fragment(PyTypeObject* type);

// What it was made of, borrowed.
PyObject* fragment_contents(PyObject* fragment);

}  // namespace polyhost::json
