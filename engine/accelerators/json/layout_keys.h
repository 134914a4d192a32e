// The keys of a dict, which CPython 3.11 to 3.14 lay out alike. A version that does not writes its own in its
// layout_3_*.h.
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
inline constexpr std::uint8_t general_keys = 0;
inline constexpr std::uint8_t unicode_keys = 1;  // each key is an exact str

}  // namespace polyhost::json::layout
