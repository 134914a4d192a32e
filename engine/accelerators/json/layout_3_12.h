// How CPython 3.12 lays out dicts: what layout.h knows of that version. Read off its Objects/dictobject.c.
#pragma once

#include "accelerators/json/layout_keys.h"

#include <Python.h>

#include <cstddef>

namespace polyhost::json::layout {

inline void* allocate_keys(std::size_t size) { return PyObject_Malloc(size); }
inline void free_keys(void* keys) { PyObject_Free(keys); }

// Of a new dict. All empty dicts share them, and no one counts how many do.
inline void leave_empty_keys(dict_keys* /*keys*/) {}
inline constexpr bool new_dicts_are_tracked = false;  // by the garbage collector

}  // namespace polyhost::json::layout
