// The items of a dict, one by one.
#pragma once

#include "accelerators/json/layout.h"

#include <Python.h>

#include <algorithm>

namespace polyhost::json {

// As PyDict_Next, in the dict's table where that is known. Once the dict may have changed, one made anew goes
// on from the position of this one.
class dict_items {
 public:
  explicit dict_items(PyObject* dict, Py_ssize_t position = 0) : dict_(dict), position_(position) {
#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT
    const auto* const object = reinterpret_cast<PyDictObject*>(dict);
    auto* const keys = reinterpret_cast<layout::dict_keys*>(object->ma_keys);
    if (!layout::agrees || object->ma_values != nullptr || keys->kind > layout::unicode_keys) return;
    // Where not all keys are str, each has its hash before it.
    step_ = keys->kind == layout::unicode_keys ? 2 : 3;
    begin_ = reinterpret_cast<PyObject**>(layout::entries(keys)) + (step_ - 2);
    item_ = begin_ + std::min(position, keys->entries) * step_;
    end_ = begin_ + keys->entries * step_;
#endif
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
    return begin_ == nullptr && next_of_unknown(key, value);
  }

  [[nodiscard]] Py_ssize_t position() const {
    return begin_ == nullptr ? position_ : (item_ - begin_) / step_;
  }

 private:
  bool next_of_unknown(PyObject*& key, PyObject*& value) {
    PyObject* found[2]{};  // not the members themselves: what has an address is not kept in a register
    Py_ssize_t position = position_;
    const bool is_one = PyDict_Next(dict_, &position, &found[0], &found[1]) != 0;
    position_ = position;
    key = found[0];
    value = found[1];
    return is_one;
  }

  PyObject* dict_;
  Py_ssize_t position_;
  PyObject* const* begin_ = nullptr;
  PyObject* const* item_ = nullptr;
  PyObject* const* end_ = nullptr;
  Py_ssize_t step_ = 2;
};

}  // namespace polyhost::json
