// The items of a dict, one by one.
#pragma once

#include "accelerators/json/layout.h"

#include <Python.h>

#include <algorithm>
#include <cstddef>

namespace polyhost::json {

// As PyDict_Next, in the dict's table where that is known. Once the dict may have changed, one made anew goes
// on from the position of this one.
class dict_items {
 public:
  explicit dict_items(PyObject* dict, Py_ssize_t position = 0) {
#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT
    const auto* const object = reinterpret_cast<PyDictObject*>(dict);
    auto* const keys = reinterpret_cast<layout::dict_keys*>(object->ma_keys);
    if (layout::agrees && object->ma_values == nullptr && keys->kind <= layout::unicode_keys) [[likely]] {
      if (keys->entries == 0) return;  // the table of empty dicts has none, and is not aligned for them
      // Of both kinds of entries, a key and its value.
      const bool is_general = keys->kind == layout::general_keys;
      begin_ = is_general ? &layout::general_entries(keys)->key : &layout::entries(keys)->key;
      constexpr auto step_of = [](std::size_t size) {
        return static_cast<std::ptrdiff_t>(size / sizeof(PyObject*));
      };
      step_ = step_of(is_general ? sizeof(layout::general_entry) : sizeof(layout::dict_entry));
      item_ = begin_ + std::min(position, keys->entries) * step_;
      end_ = begin_ + keys->entries * step_;
      return;
    }
#endif
    unknown_ = dict;
    position_ = position;
  }

  // The next item, borrowed. False behind the last one.
  [[gnu::always_inline]] bool next(PyObject*& key, PyObject*& value) {
    while (item_ != end_) {
      PyObject* const* const item = item_;
      item_ += step_;
      if (item[1] == nullptr) continue;  // deleted
      key = item[0];
      value = item[1];
      return true;
    }
    return unknown_ != nullptr && next_of_unknown(key, value);
  }

  [[nodiscard]] Py_ssize_t position() const {
    return unknown_ != nullptr ? position_ : (item_ - begin_) / step_;
  }

 private:
  bool next_of_unknown(PyObject*& key, PyObject*& value) {
    PyObject* found[2]{};  // not the members themselves: what has an address is not kept in a register
    Py_ssize_t position = position_;
    const bool is_one = PyDict_Next(unknown_, &position, &found[0], &found[1]) != 0;
    position_ = position;
    key = found[0];
    value = found[1];
    return is_one;
  }

  PyObject* const* begin_ = nullptr;
  PyObject* const* item_ = nullptr;
  PyObject* const* end_ = nullptr;
  std::ptrdiff_t step_ = 2;
  PyObject* unknown_ = nullptr;  // the dict, if its table is not known
  Py_ssize_t position_ = 0;
};

}  // namespace polyhost::json
