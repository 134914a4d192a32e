// Conversion of containers: sequences, sets, maps, tuples and optional values, nested as deep as one likes.
// Everything is copied, both ways; to look at memory in place, take a span (buffer.hpp).
//
// Containers are recognised by their shape, so that <vector>, <map> and the like are included only by
// those who use them: `push_back` makes a sequence, `mapped_type` a map, `key_type` alone a set. A class of
// one's own takes part if it has that and can be iterated over (a map: over pairs, with insert_or_assign
// if it is a parameter).
#pragma once

#include <polyhost/convert.hpp>

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace polyhost {

namespace detail {

template <class T>
concept text_like = requires {
  typename T::traits_type;
};

template <class T>
concept map_like = requires {
  typename T::key_type;
  typename T::mapped_type;
}
&&!through_pybind<T>;

template <class T>
concept set_like = requires(T container, typename T::key_type key) {
  container.insert(std::move(key));
}
&&!map_like<T> && !through_pybind<T>;

template <class T>
concept sequence_like =
    !std::is_same_v<typename T::value_type, std::byte> && requires(T container, typename T::value_type item) {
  container.push_back(std::move(item));
}
&&!text_like<T> && !through_pybind<T>;

template <class T>
concept tuple_like = requires {
  std::tuple_size<T>::value;
}
&&!through_pybind<T>;

template <class T>
inline constexpr bool owns_its_value<std::optional<T>> = owns_its_value<T>;

// Adds to a refusal that it was of that item, and returns false.
bool refuse_item(argument& arg, PyObject* item, Py_ssize_t index);

// Converts `from`, an item of the argument, and hands it to `sink`; the item is kept alive meanwhile,
// since a conversion may run Python code that changes its container.
template <class Item, class Sink>
bool load_item(PyObject* from, Py_ssize_t index, argument& arg, Sink&& sink) {
  static_assert(owns_its_value<Item>,
                "a container's items must own their data: use std::string instead of a view");
  const kept_alive keep(from);
  converter<Item> item;
  if (!item.load(from, arg)) return refuse_item(arg, from, index);
  sink(std::move(item.value));
  return true;
}

// The items of any iterable as a list or tuple. Text, bytes and mappings are iterable too, but passing
// one where a sequence of values is expected is nearly always a mistake: they are refused.
object as_fast_sequence(PyObject* from, argument& arg);

template <class Item, class Sink>
bool load_items(PyObject* sequence, argument& arg, Sink&& sink, Py_ssize_t first = 0) {
  for (Py_ssize_t i = first; i < PySequence_Fast_GET_SIZE(sequence); ++i) {  // the size may change on the way
    if (!load_item<Item>(PySequence_Fast_GET_ITEM(sequence, i), i, arg, sink)) return false;
  }
  return true;
}

// A type whose values are read from its own Python type without running Python code.
template <class T>
concept exactly_loadable = owns_its_value<T> && requires(converter<T> item, PyObject* from) {
  item.load_exact(from);
};

// How many of the first items of `sequence`, a list or tuple, were read into `to`, which has room for all of
// them: those up to one that is not of the item's own Python type.
template <exactly_loadable Item>
Py_ssize_t load_exact_items(PyObject* sequence, Item* to) {
  PyObject* const* const from = PySequence_Fast_ITEMS(sequence);
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(sequence);
  converter<Item> item;
  for (Py_ssize_t i = 0; i < size; ++i) {
    if (!item.load_exact(from[i])) return i;
    to[i] = std::move(item.value);
  }
  return size;
}

template <class Key, class Value>
void describe_pair(std::string& out, const char* name) {
  out += name;
  out += "[";
  converter<Key>::describe(out);
  out += ", ";
  converter<Value>::describe(out);
  out += "]";
}

// Adds one made item to a list or a set; takes the reference.
bool append(PyObject* container, PyObject* item, int (*add)(PyObject*, PyObject*));

}  // namespace detail

// A list, from a list, tuple or any iterable but text, bytes and mappings.
template <detail::sequence_like T>
struct converter<T> {
  using item = typename T::value_type;
  T value;

  static void describe(std::string& out) {
    out += "list[";
    converter<item>::describe(out);
    out += "]";
  }

  bool load(PyObject* from, argument& arg) {
    const object items = detail::as_fast_sequence(from, arg);
    if (!items) return false;
    const auto size = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get()));
    Py_ssize_t done = 0;
    if constexpr (detail::exactly_loadable<item> && requires { value.resize(size), value.data(); }) {
      value.resize(size);
      done = detail::load_exact_items<item>(items.get(), value.data());
      value.resize(static_cast<std::size_t>(done));
    } else if constexpr (requires { value.reserve(size); }) {
      value.reserve(size);
    }
    return detail::load_items<item>(
        items.get(), arg, [&](item&& loaded) { value.push_back(std::move(loaded)); }, done);
  }

  static PyObject* make(const T& container) {
    object list = object::steal(PyList_New(static_cast<Py_ssize_t>(container.size())));
    Py_ssize_t index = 0;
    if (!list) return nullptr;
    for (const auto& element : container) {
      PyObject* made = converter<item>::make(element);
      if (made == nullptr) return nullptr;
      PyList_SET_ITEM(list.get(), index++, made);
    }
    return list.release();
  }
};

// bytes, a copy, from bytes, bytearray or any other C-contiguous buffer.
template <>
struct converter<std::vector<std::byte>> {
  std::vector<std::byte> value;

  static void describe(std::string& out) { out += "bytes"; }

  bool load(PyObject* from, argument& arg) {
    converter<std::span<const std::byte>> bytes;
    if (!bytes.load(from, arg)) return false;
    value.assign(bytes.value.begin(), bytes.value.end());
    return true;
  }

  static PyObject* make(const std::vector<std::byte>& bytes) {
    return converter<std::span<const std::byte>>::make(bytes);
  }
};

// A set, from any iterable but text, bytes and mappings.
template <detail::set_like T>
struct converter<T> {
  using item = typename T::key_type;
  T value;

  static void describe(std::string& out) {
    out += "set[";
    converter<item>::describe(out);
    out += "]";
  }

  bool load(PyObject* from, argument& arg) {
    const object items = detail::as_fast_sequence(from, arg);
    return items && detail::load_items<item>(items.get(), arg,
                                             [&](item&& loaded) { value.insert(std::move(loaded)); });
  }

  static PyObject* make(const T& container) {
    object set = object::steal(PySet_New(nullptr));
    if (!set) return nullptr;
    for (const auto& element : container) {
      if (!detail::append(set.get(), converter<item>::make(element), PySet_Add)) return nullptr;
    }
    return set.release();
  }
};

// A dict, from a dict or whatever has keys() and items().
template <detail::map_like T>
struct converter<T> {
  using key = typename T::key_type;
  using mapped = typename T::mapped_type;
  T value;

  static void describe(std::string& out) { detail::describe_pair<key, mapped>(out, "dict"); }

  bool load(PyObject* from, argument& arg) {
    if (!PyDict_Check(from) && (PyObject_HasAttrString(from, "keys") == 0 || PyMapping_Check(from) == 0)) {
      return detail::refuse_type(arg, from);
    }
    const object items = object::steal(PyMapping_Items(from));  // a copy: conversions may change the dict
    if (!items) return detail::refuse(arg, refusal::raised);
    return detail::load_items<std::pair<key, mapped>>(items.get(), arg, [&](std::pair<key, mapped>&& loaded) {
      value.insert_or_assign(std::move(loaded.first), std::move(loaded.second));
    });
  }

  static PyObject* make(const T& container) {
    object dict = object::steal(PyDict_New());
    if (!dict) return nullptr;
    for (const auto& [name, element] : container) {
      const object made_key = object::steal(converter<key>::make(name));
      const object made = object::steal(made_key ? converter<mapped>::make(element) : nullptr);
      if (!made || PyDict_SetItem(dict.get(), made_key.get(), made.get()) != 0) return nullptr;
    }
    return dict.release();
  }
};

// A tuple, from a tuple or list of exactly that many items: std::tuple, std::pair, std::array.
template <detail::tuple_like T>
struct converter<T> {
  static constexpr std::size_t size = std::tuple_size_v<T>;
  T value;

  static void describe(std::string& out) {
    out += "tuple[";
    describe_items(out, std::make_index_sequence<size>());
    out += size == 0 ? "()]" : "]";
  }

  bool load(PyObject* from, argument& arg) {
    if (!PyTuple_Check(from) && !PyList_Check(from)) return detail::refuse_type(arg, from);
    return load_items(from, arg, std::make_index_sequence<size>());
  }

  static PyObject* make(const T& container) { return make_tuple(container); }
  static PyObject* make(T&& container) { return make_tuple(std::move(container)); }

 private:
  template <std::size_t I>
  using item = std::remove_const_t<std::tuple_element_t<I, T>>;

  template <std::size_t... I>
  static void describe_items([[maybe_unused]] std::string& out, std::index_sequence<I...>) {
    ((out += I == 0 ? "" : ", ", converter<item<I>>::describe(out)), ...);
  }

  template <std::size_t... I>
  bool load_items(PyObject* from, argument& arg, std::index_sequence<I...>) {
    return (load_nth<I>(from, arg) && ...) && has_size(from, arg);
  }

  // Asked before each item: converting one may shorten a list.
  template <std::size_t I>
  bool load_nth(PyObject* from, argument& arg) {
    return has_size(from, arg) &&
           detail::load_item<item<I>>(PySequence_Fast_GET_ITEM(from, static_cast<Py_ssize_t>(I)),
                                      static_cast<Py_ssize_t>(I), arg,
                                      [&](item<I>&& loaded) { std::get<I>(value) = std::move(loaded); });
  }

  static bool has_size(PyObject* from, argument& arg) {
    return PySequence_Fast_GET_SIZE(from) == static_cast<Py_ssize_t>(size) ||
           detail::refuse_type(arg, from, "it has another number of items");
  }

  template <class From>
  static PyObject* make_tuple(From&& container) {
    object tuple = object::steal(PyTuple_New(static_cast<Py_ssize_t>(size)));
    if (!tuple || !make_items(tuple.get(), std::forward<From>(container), std::make_index_sequence<size>()))
      return nullptr;
    return tuple.release();
  }

  // Each item is moved out of a container that is given away.
  template <class From, std::size_t... I>
  static bool make_items([[maybe_unused]] PyObject* tuple, [[maybe_unused]] From&& container,
                         std::index_sequence<I...>) {
    return (set_item(tuple, static_cast<Py_ssize_t>(I),
                     converter<item<I>>::make(std::get<I>(std::forward<From>(container)))) &&
            ...);
  }

  static bool set_item(PyObject* tuple, Py_ssize_t index, PyObject* made) {
    if (made == nullptr) return false;
    PyTuple_SET_ITEM(tuple, index, made);
    return true;
  }
};

// None, or the value.
template <class T>
struct converter<std::optional<T>> {
  std::optional<T> value;

  static void describe(std::string& out) {
    converter<T>::describe(out);
    out += " | None";
  }

  bool load(PyObject* from, argument& arg) {
    if (Py_IsNone(from)) return true;
    if (!inner_.load(from, arg)) return false;
    value.emplace(std::move(inner_.value));
    return true;
  }

  static PyObject* make(const std::optional<T>& result) {
    return result ? converter<T>::make(*result) : Py_NewRef(Py_None);
  }
  static PyObject* make(std::optional<T>&& result) {
    return result ? converter<T>::make(*std::move(result)) : Py_NewRef(Py_None);
  }

 private:
  converter<T> inner_;  // lives as long as the value: it may hold the memory that the value looks at
};

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/containers.hpp>
#endif
