// The items of a dict, one by one.
#pragma once

#include "accelerators/json/layout.h"

#include <Python.h>

namespace polyhost::json {

// As PyDict_Next: the next item, borrowed, and `position` behind it; false behind the last one. The dict may
// be changed between two calls: all of it is looked at anew.
[[gnu::always_inline]] inline bool next_item(PyObject* dict, Py_ssize_t& position, PyObject*& key,
                                             PyObject*& value) {
#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT
  const auto* const object = reinterpret_cast<PyDictObject*>(dict);
  auto* const keys = reinterpret_cast<layout::dict_keys*>(object->ma_keys);
  if (layout::agrees && object->ma_values == nullptr && keys->kind == layout::unicode_keys) [[likely]] {
    while (position < keys->entries) {
      const layout::dict_entry& entry = layout::entries(keys)[position++];
      if (entry.value == nullptr) continue;  // deleted
      key = entry.key;
      value = entry.value;
      return true;
    }
    return false;
  }
#endif
  return PyDict_Next(dict, &position, &key, &value) != 0;
}

}  // namespace polyhost::json
