// What is known of CPython's objects beyond its API: one header a version, and this one for what all of them
// share. On a version that has none, and on builds that keep their objects otherwise (without a GIL, for
// debugging), POLYHOST_JSON_UNKNOWN_LAYOUT is defined, and objects are made through the API: slower, never
// wrong.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdint>

#if defined(Py_GIL_DISABLED) || defined(Py_TRACE_REFS) || defined(Py_REF_DEBUG) || defined(PYPY_VERSION) || \
    SIZEOF_VOID_P != 8
#define POLYHOST_JSON_UNKNOWN_LAYOUT
#elif PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
#include "accelerators/json/layout_3_11.h"
#elif PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x030D0000
#include "accelerators/json/layout_3_12.h"
#elif PY_VERSION_HEX >= 0x030D0000 && PY_VERSION_HEX < 0x030E0000
#include "accelerators/json/layout_3_13.h"
#elif PY_VERSION_HEX >= 0x030E0000 && PY_VERSION_HEX < 0x030F0000
#include "accelerators/json/layout_3_14.h"
#else
#define POLYHOST_JSON_UNKNOWN_LAYOUT
#endif

namespace polyhost::json::layout {

// Whether what is known was found to be so in the running Python.
inline constinit bool agrees = false;

#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT

// An entry of a dict whose keys are all str.
struct dict_entry {
  PyObject* key;
  PyObject* value;
};

// One of a dict that has, or had, other keys too.
struct general_entry {
  Py_hash_t hash;
  PyObject* key;
  PyObject* value;
};

inline char* hash_table(dict_keys* keys) { return reinterpret_cast<char*>(keys + 1); }
inline dict_entry* entries(dict_keys* keys) {
  return reinterpret_cast<dict_entry*>(hash_table(keys) + (std::size_t{1} << keys->log2_index_bytes));
}
inline general_entry* general_entries(dict_keys* keys) {
  return reinterpret_cast<general_entry*>(entries(keys));
}

#endif

}  // namespace polyhost::json::layout
