// polyhost::array: a parameter's view of an array of any number of dimensions and any strides, without a
// copy. From the buffer protocol (numpy, array.array, memoryview), else DLPack, else Arrow. A plain
// C-contiguous buffer is a std::span, too (buffer.hpp); results are an owned_array (owned_array.hpp).
#pragma once

#include <polyhost/buffer.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/detail/array_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <type_traits>

namespace polyhost {

// N dimensions of T, which are read (const T) or written, too (T: the memory must be writable). Valid until
// the function returns: until then the exporter keeps the memory in place, also while the GIL is released.
// Indexes are not checked. A contiguous one refuses memory that is not C-contiguous, and is a span as well.
template <class T, std::size_t N = 1, bool Contiguous = false>
class array {
  static_assert(N > 0, "a polyhost::array has at least one dimension");

 public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;
  using shape_type = std::array<std::size_t, N>;
  using strides_type = std::array<std::ptrdiff_t, N>;  // in items; negative where the array runs backwards

  array() = default;  // of no items
  // A C-contiguous one.
  array(T* data, const shape_type& shape) : data_(data), shape_(shape) {
    std::size_t stride = 1;
    for (std::size_t d = N; d-- > 0; stride *= shape[d]) strides_[d] = static_cast<std::ptrdiff_t>(stride);
  }
  // Where the template says contiguous, the strides are those of a C-contiguous array.
  array(T* data, const shape_type& shape, const strides_type& strides)
      : data_(data), shape_(shape), strides_(strides) {}
  // As a view that asks for less.
  template <class U, bool Other>
  requires(std::is_convertible_v<U (*)[], T (*)[]> && (Other || !Contiguous))
      array(const array<U, N, Other>& other)  // NOLINT(google-explicit-constructor)
      : data_(other.data()), shape_(other.shape()), strides_(other.strides()) {}

  // The item of index 0, ...; null if there are no items.
  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const {
    std::size_t product = 1;
    for (const std::size_t length : shape_) product *= length;
    return product;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t shape(std::size_t dimension) const { return shape_[dimension]; }
  [[nodiscard]] const shape_type& shape() const { return shape_; }
  [[nodiscard]] const strides_type& strides() const { return strides_; }
  [[nodiscard]] std::ptrdiff_t stride(std::size_t dimension) const {
    if (Contiguous && dimension == N - 1) return 1;
    return strides_[dimension];
  }

  // Whether the items lie one behind the other, in the order of their indexes, from data() on.
  [[nodiscard]] bool contiguous() const {
    return Contiguous || empty() || strides_ == array<T, N, true>(data_, shape_).strides();
  }

  template <std::integral... Index>
  requires(sizeof...(Index) == N) T& operator()(Index... index) const {
    std::size_t d = 0;
    std::ptrdiff_t offset = 0;
    ((offset += static_cast<std::ptrdiff_t>(index) * stride(d++)), ...);
    return data_[offset];
  }
  template <std::integral Index>
  requires(N == 1) T& operator[](Index index) const { return (*this)(index); }

  operator std::span<T>() const  // NOLINT(google-explicit-constructor)
      requires(Contiguous) {
    return {data_, size()};
  }

  // Counts, since a stride may be 0.
  class iterator {
   public:
    using value_type = array::value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    using reference = T&;
    using pointer = T*;

    iterator() = default;
    iterator(T* data, std::ptrdiff_t stride, std::ptrdiff_t index)
        : data_(data), stride_(stride), index_(index) {}
    T& operator*() const { return data_[index_ * stride_]; }
    T* operator->() const { return data_ + index_ * stride_; }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.index_ == b.index_; }

   private:
    T* data_ = nullptr;
    std::ptrdiff_t stride_ = 0;
    std::ptrdiff_t index_ = 0;
  };

  // Over all items of a contiguous array, or over those of the only dimension.
  [[nodiscard]] auto begin() const requires(Contiguous || N == 1) {
    if constexpr (Contiguous) {
      return data_;
    } else {
      return iterator(data_, strides_[0], 0);
    }
  }
  [[nodiscard]] auto end() const requires(Contiguous || N == 1) {
    if constexpr (Contiguous) {
      return data_ + size();
    } else {
      return iterator(data_, strides_[0], static_cast<std::ptrdiff_t>(shape_[0]));
    }
  }

 private:
  T* data_ = nullptr;
  shape_type shape_{};
  strides_type strides_{};
};

template <class T, std::size_t N = 1>
using contiguous_array = array<T, N, true>;

namespace detail {

// "Array[float64, 2]"
template <buffer_item T, std::size_t N>
void describe_array(std::string& out) {
  out += "Array[";
  describe_item<T>(out);
  out += ", " + std::to_string(N) + "]";
}

}  // namespace detail

template <class T, std::size_t N, bool Contiguous>
requires detail::buffer_item<std::remove_const_t<T>>
struct converter<array<T, N, Contiguous>> {
  using item = std::remove_const_t<T>;
  array<T, N, Contiguous> value;

  static void describe(std::string& out) { detail::describe_array<item, N>(out); }

  bool load(PyObject* from, argument& arg) {
    static constexpr detail::array_request wanted{&detail::item_type_of<item>, N, !std::is_const_v<T>,
                                                  Contiguous};
    typename array<T, N>::shape_type shape;
    typename array<T, N>::strides_type strides;
    detail::array_place place{nullptr, shape.data(), strides.data()};
    if (!source_.load(from, wanted, place, arg)) return false;
    value = {static_cast<T*>(place.data), shape, strides};
    return true;
  }

 private:
  detail::array_source source_;
};

}  // namespace polyhost
