// Dicts from scratch, and the comparison with what Python itself makes.
#include "accelerators/json/objects_direct.h"

#ifndef POLYHOST_JSON_UNKNOWN_LAYOUT

#include <polyhost/object.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <type_traits>
#include <utility>

namespace polyhost::json {

constinit PyASCIIObject direct_objects::ascii_head_{};

namespace {

using layout::dict_entry;
using layout::dict_keys;

constexpr std::uint8_t smallest_log2 = 3;

// As many entries as CPython lets a hash table of that size have.
constexpr std::size_t usable_of(std::uint8_t log2_size) { return (std::size_t{2} << log2_size) / 3; }

// The smallest hash table for so many entries, as in CPython's estimate_log2_keysize.
std::uint8_t log2_size_for(std::size_t count) {
  const std::size_t slots = (count * 3 + 1) / 2;
  const auto log2_size = static_cast<std::uint8_t>(std::bit_width(slots > 0 ? slots - 1 : 0));
  return log2_size < smallest_log2 ? smallest_log2 : log2_size;
}

std::uint8_t log2_index_bytes_for(std::uint8_t log2_size) {
  if (log2_size < 8) return log2_size;
  if (log2_size < 16) return static_cast<std::uint8_t>(log2_size + 1);
  if (log2_size < 32) return static_cast<std::uint8_t>(log2_size + 2);
  return static_cast<std::uint8_t>(log2_size + 3);
}

std::size_t size_of(const dict_keys& keys) {
  return sizeof keys + (std::size_t{1} << keys.log2_index_bytes) +
         usable_of(keys.log2_size) * sizeof(dict_entry);
}

dict_keys* new_keys(std::size_t count) {
  dict_keys head{};
  head.references = 1;
  head.log2_size = log2_size_for(count);
  head.log2_index_bytes = log2_index_bytes_for(head.log2_size);
  head.kind = layout::unicode_keys;
  head.usable = static_cast<Py_ssize_t>(usable_of(head.log2_size));
  auto* const keys = static_cast<dict_keys*>(layout::allocate_keys(size_of(head)));
  if (keys == nullptr) return nullptr;
  *keys = head;
  std::memset(layout::hash_table(keys), 0xff, std::size_t{1} << head.log2_index_bytes);  // -1: no entry
  return keys;
}

bool same_text(PyObject* a, PyObject* b) {
  const Py_ssize_t length = PyUnicode_GET_LENGTH(a);
  return PyUnicode_KIND(a) == PyUnicode_KIND(b) && length == PyUnicode_GET_LENGTH(b) &&
         std::memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b),
                     static_cast<std::size_t>(length) * static_cast<std::size_t>(PyUnicode_KIND(a))) == 0;
}

// Puts the entries into the hash table, of which Index is a slot. An equal key comes later again: its value
// counts. Returns how many entries there are.
template <class Index>
std::size_t fill(dict_keys* keys, PyObject* const* names, PyObject* const* values, std::size_t count) {
  auto* const table = reinterpret_cast<Index*>(layout::hash_table(keys));
  dict_entry* const entries = layout::entries(keys);
  const std::size_t mask = (std::size_t{1} << keys->log2_size) - 1;
  std::size_t used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Py_hash_t hash = reinterpret_cast<PyASCIIObject*>(names[i])->hash;
    auto perturb = static_cast<std::size_t>(hash);
    std::size_t slot = perturb & mask;
    while (true) {
      const Index index = table[slot];
      if (index < 0) {
        table[slot] = static_cast<Index>(used);
        entries[used++] = {names[i], values[i]};
        break;
      }
      dict_entry& other = entries[index];
      if (other.key == names[i] ||
          (reinterpret_cast<PyASCIIObject*>(other.key)->hash == hash && same_text(other.key, names[i]))) {
        Py_DECREF(std::exchange(other.value, values[i]));
        Py_DECREF(names[i]);
        break;
      }
      perturb >>= 5U;
      slot = (slot * 5 + perturb + 1) & mask;
    }
  }
  return used;
}

}  // namespace

PyObject* direct_objects::dict(PyObject* const* keys, PyObject* const* values, std::size_t count,
                               bool has_containers) {
  for (std::size_t i = 0; i < count; ++i) {
    if (reinterpret_cast<PyASCIIObject*>(keys[i])->hash == -1 && PyObject_Hash(keys[i]) == -1) return nullptr;
  }
  dict_keys* const made = new_keys(count);
  if (made == nullptr) return PyErr_NoMemory();
  PyObject* const dict = wrap(made, 0, has_containers);
  if (dict == nullptr) {
    layout::free_keys(made);
    return nullptr;
  }
  std::size_t used = 0;
  if (made->log2_size < 8) {
    used = fill<std::int8_t>(made, keys, values, count);
  } else if (made->log2_size < 16) {
    used = fill<std::int16_t>(made, keys, values, count);
  } else if (made->log2_size < 32) {
    used = fill<std::int32_t>(made, keys, values, count);
  } else {
    used = fill<std::int64_t>(made, keys, values, count);
  }
  made->entries = static_cast<Py_ssize_t>(used);
  made->usable -= static_cast<Py_ssize_t>(used);
  reinterpret_cast<PyDictObject*>(dict)->ma_used = static_cast<Py_ssize_t>(used);
  clear_behind(made, used);
  return dict;
}

direct_objects::dict_template* direct_objects::make_template(PyObject* dict) {
  auto* const keys = reinterpret_cast<dict_keys*>(reinterpret_cast<PyDictObject*>(dict)->ma_keys);
  const std::size_t size = size_of(*keys);
  void* const room = PyMem_RawMalloc(sizeof(dict_template) + size);
  if (room == nullptr) return nullptr;
  auto* const made = new (room) dict_template{size, static_cast<std::size_t>(keys->entries)};
  std::memcpy(made->keys(), keys, size);
  made->keys()->version = 0;
  return made;
}

namespace {

// A dict of so many keys, made here, behaves as one of Python's: it is read, added to and taken from.
bool dict_agrees(std::size_t count) {
  constexpr std::size_t most = 400;
  std::array<PyObject*, most> keys{};
  std::array<PyObject*, most> values{};
  const object expected = detail::or_throw(PyDict_New());
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = PyUnicode_FromFormat("key %zu", i);
    values[i] = PyLong_FromSize_t(i);
    if (keys[i] == nullptr || values[i] == nullptr || PyDict_SetItem(expected.get(), keys[i], values[i]) != 0)
      throw_python_error();
  }
  const object made = detail::or_throw(direct_objects::dict(keys.data(), values.data(), count, true));
  direct_objects::dict_template* const shape = direct_objects::make_template(made.get());
  if (shape == nullptr) throw std::bad_alloc();
  for (std::size_t i = 0; i < count; ++i) Py_INCREF(values[i]);
  const object copy = object::steal(direct_objects::dict_from(*shape, values.data(), true));
  direct_objects::free_template(shape);
  if (!copy) throw_python_error();
  const object more = detail::or_throw(PyUnicode_FromString("one more"));
  for (PyObject* const dict : {made.get(), copy.get()}) {
    if (PyObject_GC_IsTracked(dict) == 0) return false;
    if (PyObject_RichCompareBool(dict, expected.get(), Py_EQ) != 1) return false;
    if (PyDict_SetItem(dict, more.get(), Py_None) != 0 || PyDict_DelItem(dict, keys[count / 2]) != 0 ||
        PyDict_DelItem(dict, more.get()) != 0 || PyDict_Size(dict) + 1 != PyDict_Size(expected.get()) ||
        PyDict_Contains(dict, keys[count / 2]) != 0)
      return false;
  }
  return true;
}

using three_keys = std::array<object, 3>;

// Python's own dict of these keys is laid out as expected, and its entries are where `entries` says.
template <class Entry>
bool table_agrees(const three_keys& names, std::uint8_t kind, Entry* (*entries)(dict_keys*)) {
  const object dict = detail::or_throw(PyDict_New());
  if ((PyObject_GC_IsTracked(dict.get()) != 0) != layout::new_dicts_are_tracked) return false;
  for (const object& name : names) {
    if (PyDict_SetItem(dict.get(), name.get(), Py_None) != 0) throw_python_error();
  }
  auto* const keys = reinterpret_cast<dict_keys*>(reinterpret_cast<PyDictObject*>(dict.get())->ma_keys);
  if (keys->references != 1 || keys->log2_size != 3 || keys->log2_index_bytes != 3 || keys->kind != kind ||
      keys->usable != 2 || keys->entries != 3)
    return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Entry& entry = entries(keys)[i];
    if constexpr (std::is_same_v<Entry, layout::general_entry>) {
      if (entry.hash != PyObject_Hash(names[i].get())) return false;
    }
    if (entry.key != names[i].get() || entry.value != Py_None) return false;
  }
  return true;
}

bool tables_agree() {
  three_keys names;
  three_keys numbers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = detail::or_throw(PyUnicode_FromFormat("name %zu", i));
    numbers[i] = detail::or_throw(PyLong_FromSize_t(i));
  }
  return table_agrees(names, layout::unicode_keys, layout::entries) &&
         table_agrees(numbers, layout::general_keys, layout::general_entries);
}

bool text_and_list_agree() {
  const char padded[16] = "0123456789";
  const object text = detail::or_throw(direct_objects::padded_ascii(padded, 10));
  const object expected = detail::or_throw(PyUnicode_FromString("0123456789"));
  if (PyUnicode_IS_COMPACT_ASCII(text.get()) == 0 || PyUnicode_Compare(text.get(), expected.get()) != 0 ||
      PyObject_Hash(text.get()) != PyObject_Hash(expected.get()))
    return false;
  PyObject* const item = Py_NewRef(Py_None);
  const object list = detail::or_throw(direct_objects::list(&item, 1));
  if (PyList_Append(list.get(), text.get()) != 0) throw_python_error();
  return PyList_Size(list.get()) == 2 && PyList_GetItem(list.get(), 1) == text.get() &&
         PyObject_GC_IsTracked(list.get()) != 0;
}

}  // namespace

bool direct_objects::agrees_with_python() {
  const object sample = detail::or_throw(PyUnicode_New(1, 127));
  ascii_head_ = *reinterpret_cast<PyASCIIObject*>(sample.get());
  ascii_head_.hash = -1;
  if (Py_REFCNT(sample.get()) != 1 || !tables_agree() || !text_and_list_agree()) return false;
  constexpr std::array<std::size_t, 11> counts = {1, 2, 5, 6, 10, 11, 85, 86, 170, 171, 400};
  return std::ranges::all_of(counts, dict_agrees);
}

}  // namespace polyhost::json

#endif
