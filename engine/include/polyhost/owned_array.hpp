// polyhost::owned_array: a function's result that Python gets without a copy, as a polyhost.Array, which
// exports it by the buffer protocol, DLPack and Arrow (detail/array_object.hpp). Parameters are a
// polyhost::array (array.hpp); a std::vector becomes a list (containers.hpp).
#pragma once

#include <polyhost/array.hpp>
#include <polyhost/detail/array_object.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace polyhost {

// A vector of items, and how they are laid out in N dimensions, C-contiguous.
template <class T, std::size_t N = 1>
class owned_array {
  static_assert(N > 0, "a polyhost::owned_array has at least one dimension");
  static_assert(
      detail::buffer_item<T> && !std::is_same_v<T, bool>,
      "the items of a polyhost::owned_array are numbers (std::vector<bool> has no bools in memory)");

 public:
  using shape_type = std::array<std::size_t, N>;

  owned_array() = default;  // of no items
  // Implicit: such a function may return the vector itself.
  owned_array(std::vector<T> items)  // NOLINT(google-explicit-constructor)
      requires(N == 1)
      : items_(std::move(items)), shape_{items_.size()} {}
  // Throws std::invalid_argument unless the shape has as many items.
  owned_array(std::vector<T> items, const shape_type& shape) : items_(std::move(items)), shape_(shape) {
    if (items_.size() != count(shape)) {
      throw std::invalid_argument("the vector of an owned_array has " + std::to_string(items_.size()) +
                                  " items, but its shape " + std::to_string(count(shape)));
    }
  }
  // Of zeros.
  explicit owned_array(const shape_type& shape) requires(N > 1) : items_(count(shape)), shape_(shape) {}

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] std::size_t shape(std::size_t dimension) const { return shape_[dimension]; }
  [[nodiscard]] const shape_type& shape() const { return shape_; }

  // The items, to work on; valid as long as the owned_array is neither moved nor gone.
  [[nodiscard]] contiguous_array<T, N> view() { return {items_.data(), shape_}; }
  [[nodiscard]] contiguous_array<const T, N> view() const { return {items_.data(), shape_}; }

  // The vector, which is then no longer here.
  [[nodiscard]] std::vector<T> release() { return std::exchange(items_, {}); }

 private:
  // Throws std::length_error if there is no such number.
  static std::size_t count(const shape_type& shape) {
    std::size_t product = 1;
    for (const std::size_t length : shape) {
      if (__builtin_mul_overflow(product, length, &product)) {
        throw std::length_error("the shape of an owned_array has too many items");
      }
    }
    return product;
  }

  std::vector<T> items_;
  shape_type shape_{};
};

template <class T, std::size_t N>
struct converter<owned_array<T, N>> {
  static void describe(std::string& out) { detail::describe_array<T, N>(out); }
  static PyObject* make(owned_array<T, N> result) {
    std::vector<std::int64_t> shape(result.shape().begin(), result.shape().end());
    return detail::make_array_object(
        std::make_shared<detail::vector_memory<T>>(result.release(), std::move(shape)));
  }
};

}  // namespace polyhost
