// f.batch(...): a function of numbers, called for every item of its arguments in one crossing, without the
// GIL. Here are its loops, compiled for each function; the rest is compiled once (impl/batch.hpp).
#pragma once

#include <polyhost/detail/batch_type.hpp>
#include <polyhost/detail/function_object.hpp>

#include <array>
#include <cstring>
#include <tuple>
#include <utility>

namespace polyhost::detail {

// bool is one byte in a buffer, too, but a vector of it is not one of bytes.
template <batch_item T>
using stored_item = std::conditional_t<std::same_as<T, bool>, unsigned char, T>;

// Where a loop finds an operand's items.
struct batch_operand {
  const char* data = nullptr;
  Py_ssize_t step = 0;  // in bytes; 0: the same number for every item
  bool scalar = false;
  Py_ssize_t count = 1;
  int dimensions = 0;  // of the array that it came from; 0: of a list or a scalar
  const Py_ssize_t* shape = nullptr;
  bool from_numpy = false;
  bool packed = true;  // its items follow each other
};

// The loops over the items from `begin` to `end`.
template <auto F, class R, class... A>
struct batch_loop {
  static constexpr std::size_t count = sizeof...(A);
  static constexpr unsigned all = (1U << count) - 1;
  using indexes = std::index_sequence_for<A...>;

  static void run(const batch_operand* in, char* out, std::size_t begin, std::size_t end) {
    unsigned arrays = 0;
    bool packed = true;
    for (std::size_t i = 0; i < count; ++i) {
      arrays |= in[i].scalar ? 0U : 1U << i;
      packed = packed && in[i].packed;
    }
    if (packed && run_packed(arrays, in, out, begin, end)) return;
    run_strided(in, out, begin, end, indexes());
  }

  template <class T>
  static T read(const batch_operand& operand, std::size_t index) {
    stored_item<T> stored;
    std::memcpy(&stored, operand.data + static_cast<Py_ssize_t>(index) * operand.step, sizeof(T));
    return item<T>(stored);
  }

 private:
  // A byte other than 0 and 1 is true, also if it becomes one while the loop runs.
  template <class T>
  static T item(stored_item<T> stored) {
    if constexpr (std::same_as<T, bool>) return stored != 0;
    return stored;
  }

  // Loops that a compiler can vectorise: every mixture of arrays and scalars of up to two, else all of them
  // arrays, or the first alone.
  static bool run_packed(unsigned arrays, const batch_operand* in, char* out, std::size_t begin,
                         std::size_t end) {
    if (arrays == all) return loop<all>(in, out, begin, end, indexes());
    if constexpr (count >= 2) {
      if (arrays == 1) return loop<1>(in, out, begin, end, indexes());
    }
    if constexpr (count == 2) {
      if (arrays == 2) return loop<2>(in, out, begin, end, indexes());
    }
    return false;
  }

  template <unsigned Arrays, std::size_t... I>
  static bool loop(const batch_operand* in, char* out, std::size_t begin, std::size_t end,
                   std::index_sequence<I...>) {
    const std::tuple<const stored_item<A>*...> from{reinterpret_cast<const stored_item<A>*>(in[I].data)...};
    const std::tuple<stored_item<A>...> same{
        ((Arrays >> I & 1U) != 0 ? stored_item<A>{} : *std::get<I>(from))...};
    R* const to = reinterpret_cast<R*>(out);
    for (std::size_t i = begin; i < end; ++i)
      to[i] = F(item<A>((Arrays >> I & 1U) != 0 ? std::get<I>(from)[i] : std::get<I>(same))...);
    return true;
  }

  template <std::size_t... I>
  static void run_strided(const batch_operand* in, char* out, std::size_t begin, std::size_t end,
                          std::index_sequence<I...>) {
    for (std::size_t i = begin; i < end; ++i) reinterpret_cast<R*>(out)[i] = F(read<A>(in[I], i)...);
  }
};

// What f.batch is made from.
struct batch_function {
  std::size_t count;                   // of arguments
  const batch_type* const* arguments;  // their types
  const batch_type* result;
  void (*run)(const batch_operand* in, char* out, std::size_t begin, std::size_t end);
};

template <class... A>
inline constexpr std::array<const batch_type*, sizeof...(A)> batch_types{&batch_type_of<A>...};

template <auto F, class R, class... A>
inline constexpr batch_function batch_function_of{sizeof...(A), batch_types<A...>.data(), &batch_type_of<R>,
                                                  batch_loop<F, R, A...>::run};

// True for functions of numbers that give a number.
template <class R, class... A>
inline constexpr bool has_batch = sizeof...(A) > 0 && batch_item<std::remove_cvref_t<R>> &&
                                  (batch_item<std::remove_cvref_t<A>> && ...);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/batch.hpp>
#endif
