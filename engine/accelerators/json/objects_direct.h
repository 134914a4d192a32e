// Python objects for a parsed document, written in place by the layout of the running CPython (layout.h).
// Why it is worth it: the objects, not the text, are what parsing costs. Two things are saved: the calls and
// checks of the API; and the search in the hash table, where a dict has the keys of an earlier one, whose
// table is copied.
#pragma once

#include "accelerators/json/layout.h"

#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT

#include <Python.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace polyhost::json {

// The contract is that of api_objects.
class direct_objects {
 public:
  // The hash table and the keys of a dict, with room for the values.
  struct dict_template {
    std::size_t size;   // of the block that follows, in bytes
    std::size_t count;  // of the entries
    [[nodiscard]] layout::dict_keys* keys() const {
      return const_cast<layout::dict_keys*>(reinterpret_cast<const layout::dict_keys*>(this + 1));
    }
  };

  // Whether what this class makes is what the running Python makes itself; asked once, before anything else
  // is used.
  static bool agrees_with_python();

  static PyObject* ascii(const char* text, std::size_t size) {
    PyASCIIObject* const made = new_ascii(size);
    if (made != nullptr) std::memcpy(text_of(made), text, size);
    return reinterpret_cast<PyObject*>(made);
  }

  static PyObject* padded_ascii(const char* text, std::size_t size) {
    PyASCIIObject* const made = new_ascii(size);
    if (made == nullptr) return nullptr;
    char* const to = text_of(made);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) std::memcpy(to + i, text + i, 8);
    std::uint64_t last = 0;
    std::memcpy(&last, text + i, 8);
    last &= (std::uint64_t{1} << (8 * (size - i))) - 1;  // and the NUL at the end
    std::memcpy(to + i, &last, 8);
    return reinterpret_cast<PyObject*>(made);
  }

  static PyObject* floating(double number) { return PyFloat_FromDouble(number); }

  static PyObject* list(PyObject* const* items, std::size_t count) {
    PyObject* const made = PyList_New(0);  // one of those that CPython keeps, if there is one
    if (made == nullptr || count == 0) return made;
    auto* const room = static_cast<PyObject**>(PyMem_Malloc(count * sizeof(PyObject*)));
    if (room == nullptr) {
      Py_DECREF(made);
      return PyErr_NoMemory();
    }
    copy_words(room, items, count * sizeof(PyObject*));
    auto* const list = reinterpret_cast<PyListObject*>(made);
    Py_SET_SIZE(list, static_cast<Py_ssize_t>(count));
    list->ob_item = room;
    list->allocated = static_cast<Py_ssize_t>(count);
    return made;
  }

  static PyObject* empty_dict() { return PyDict_New(); }

  static PyObject* dict(PyObject* const* keys, PyObject* const* values, std::size_t count,
                        bool has_containers);

  // Of a dict that dict() has made. Null if there is no memory; no exception is set.
  static dict_template* make_template(PyObject* dict);
  static void free_template(dict_template* made) { PyMem_RawFree(made); }

  static PyObject* dict_from(const dict_template& shape, PyObject* const* values, bool has_containers) {
    auto* const keys = static_cast<layout::dict_keys*>(layout::allocate_keys(shape.size));
    if (keys == nullptr) return PyErr_NoMemory();
    constexpr std::size_t smallest_table = 8;
    if (shape.keys()->log2_index_bytes == 3) [[likely]] {
      std::memcpy(keys, shape.keys(), sizeof *keys + smallest_table);
    } else {
      std::memcpy(keys, shape.keys(), sizeof *keys + (std::size_t{1} << shape.keys()->log2_index_bytes));
    }
    const layout::dict_entry* from = layout::entries(shape.keys());
    layout::dict_entry* to = layout::entries(keys);
    for (std::size_t i = 0; i < shape.count; ++i) to[i] = {Py_NewRef(from[i].key), values[i]};
    clear_behind(keys, shape.count);
    PyObject* const made = wrap(keys, shape.count, has_containers);
    if (made == nullptr) {
      for (std::size_t i = 0; i < shape.count; ++i) Py_DECREF(to[i].key);
      layout::free_keys(keys);
    }
    return made;
  }

 private:
  // A multiple of eight bytes. Mostly few, for which a call of memcpy takes longer.
  static void copy_words(void* to, const void* from, std::size_t size) {
    constexpr std::size_t few = 128;
    if (size > few) {
      std::memcpy(to, from, size);
      return;
    }
    for (std::size_t i = 0; i < size; i += 8)
      std::memcpy(static_cast<char*>(to) + i, static_cast<const char*>(from) + i, 8);
  }

  // A str of that many characters, which are to be written: memory for up to seven more is there.
  static PyASCIIObject* new_ascii(std::size_t size) {
    static_assert(sizeof(PyASCIIObject) % 8 == 0);
    // Sizes are multiples of 16 in CPython's allocator: this rounding never makes a block larger.
    auto* const made =
        static_cast<PyASCIIObject*>(PyObject_Malloc(sizeof(PyASCIIObject) + (size / 8 + 1) * 8));
    if (made == nullptr) {
      PyErr_NoMemory();
      return nullptr;
    }
    *made = ascii_head_;
    made->length = static_cast<Py_ssize_t>(size);
    text_of(made)[size] = '\0';
    return made;
  }
  static char* text_of(PyASCIIObject* made) { return reinterpret_cast<char*>(made + 1); }

  static void clear_behind(layout::dict_keys* keys, std::size_t used) {
    layout::dict_entry* const all = layout::entries(keys);
    const std::size_t end = used + static_cast<std::size_t>(keys->usable);
    for (std::size_t i = used; i < end; ++i) all[i] = {nullptr, nullptr};
  }

  // The dict of such keys, which then belong to it. Null with an exception set.
  static PyObject* wrap(layout::dict_keys* keys, std::size_t count, bool has_containers) {
    PyObject* const made = PyDict_New();  // one of those that CPython keeps, if there is one
    if (made == nullptr) return nullptr;
    auto* const dict = reinterpret_cast<PyDictObject*>(made);
    layout::leave_empty_keys(reinterpret_cast<layout::dict_keys*>(dict->ma_keys));
    dict->ma_used = static_cast<Py_ssize_t>(count);
    dict->ma_keys = reinterpret_cast<PyDictKeysObject*>(keys);
    if (has_containers && !layout::new_dicts_are_tracked) PyObject_GC_Track(made);
    return made;
  }

  static PyASCIIObject ascii_head_;
};

}  // namespace polyhost::json

#endif
