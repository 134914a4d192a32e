// How CPython 3.14 lays out dicts: what layout.h knows of that version. Read off its Objects/dictobject.c.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdint>

namespace polyhost::json::layout {

// PyDictKeysObject. The hash table follows it, then the entries.
struct dict_keys {
  Py_ssize_t references;
  std::uint8_t log2_size;         // of the hash table, in slots
  std::uint8_t log2_index_bytes;  // of the hash table, in bytes
  std::uint8_t kind;
  std::uint32_t version;  // 0: none
  Py_ssize_t usable;      // entries that are left
  Py_ssize_t entries;     // entries that are used
};
static_assert(offsetof(dict_keys, version) == 12 && sizeof(dict_keys) == 32);
inline constexpr std::uint8_t unicode_keys = 1;  // each key is an exact str

inline void* allocate_keys(std::size_t size) { return PyMem_Malloc(size); }
inline void free_keys(void* keys) { PyMem_Free(keys); }

// Of a new dict. All empty dicts share them, and no one counts how many do.
inline void leave_empty_keys(dict_keys* /*keys*/) {}
inline constexpr bool new_dicts_are_tracked = true;  // by the garbage collector

}  // namespace polyhost::json::layout
