// The items of a list or tuple, read in place: for a function that goes over them once, without a copy.
#pragma once

#include <polyhost/containers.hpp>
#include <polyhost/detail/raise_refusal.hpp>

#include <cstddef>
#include <iterator>
#include <stdexcept>

namespace polyhost {

// A parameter's view of a list, a tuple or, through a list made of it, any other iterable but text, bytes and
// mappings. Items are converted when they are looked at: a wrong one throws the TypeError of its parameter
// there and then. Where T is double, they must be float or int themselves, not subclasses or
// objects with __float__ (an int beyond 2**60 is refused, too): the loop over them then holds no call, and
// keeps its values in registers. Valid until the function returns; needs the GIL, so not for release_gil. If
// Python code that the function calls changes the list, its size changes, and iteration ends at the new end.
template <class T>
class sequence {
 public:
  // Made by the converter, which owns all that it points to.
  sequence() = default;
  sequence(PyObject* list_or_tuple, PyObject** const* items, const argument& parameter)
      : of_(list_or_tuple), items_(items), parameter_(&parameter) {}

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(Py_SIZE(of_)); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // Throws std::out_of_range beyond the end.
  [[nodiscard]] T at(std::size_t index) const {
    if (index >= size()) throw std::out_of_range("a polyhost::sequence has no such item");
    return (*this)[index];
  }
  // `index` is less than size().
  T operator[](std::size_t index) const {
    PyObject* item = (*items_)[index];
    if constexpr (std::same_as<T, double>) {
      if (PyFloat_CheckExact(item)) [[likely]]
        return PyFloat_AS_DOUBLE(item);
      std::int64_t small = 0;
      if (PyLong_CheckExact(item) && detail::read_small_int(item, small)) return static_cast<T>(small);
      refuse(item, static_cast<Py_ssize_t>(index));
    } else if constexpr (detail::exactly_loadable<T>) {
      converter<T> exact;
      if (exact.load_exact(item)) [[likely]]
        return std::move(exact.value);
    }
    return load(item, static_cast<Py_ssize_t>(index));
  }

  class iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using reference = T;
    using pointer = void;

    iterator() = default;
    explicit iterator(const sequence* of) : of_(of) {}
    T operator*() const { return (*of_)[index_]; }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    void operator++(int) { ++index_; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.index_ >= i.of_->size(); }

   private:
    const sequence* of_ = nullptr;
    std::size_t index_ = 0;
  };
  [[nodiscard]] iterator begin() const { return iterator(this); }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  [[noreturn, gnu::noinline]] void refuse(PyObject* item, Py_ssize_t index) const {
    argument arg = *parameter_;
    detail::refuse_type(arg, item);
    arg.item = index;
    detail::raise_argument_refusal(arg, item);
    throw_python_error();
  }

  [[gnu::noinline]] T load(PyObject* item, Py_ssize_t index) const {
    argument arg = *parameter_;
    T value{};
    if (!detail::load_item<T>(item, index, arg, [&](T&& loaded) { value = std::move(loaded); })) {
      detail::raise_argument_refusal(arg, item);
      throw_python_error();
    }
    return value;
  }

  PyObject* of_ = nullptr;
  PyObject** const* items_ = nullptr;  // where they begin; a list may move them
  const argument* parameter_ = nullptr;
};

namespace detail {
template <class T>
inline constexpr bool owns_its_value<sequence<T>> = false;
template <class T>
inline constexpr bool needs_gil<sequence<T>> = true;
}  // namespace detail

template <class T>
struct converter<sequence<T>> {
  sequence<T> value;

  static void describe(std::string& out) {
    out += "list[";
    converter<T>::describe(out);
    out += "]";
  }

  bool load(PyObject* from, argument& arg) {
    keep_ = detail::as_fast_sequence(from, arg);
    if (!keep_) return false;
    parameter_ = arg;
    PyObject* of = keep_.get();
    fixed_items_ = PySequence_Fast_ITEMS(of);
    value = sequence<T>(of, PyList_Check(of) ? &reinterpret_cast<PyListObject*>(of)->ob_item : &fixed_items_,
                        parameter_);
    return true;
  }

 private:
  object keep_;
  PyObject** fixed_items_ = nullptr;  // a tuple's
  argument parameter_;
};

}  // namespace polyhost
