// The numbers that f.batch is made of, each as data, so that what a batch does but its loop is compiled once
// for all of them (impl/batch_argument.hpp, impl/batch_result.hpp).
#pragma once

#include <polyhost/buffer.hpp>
#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>

#include <concepts>
#include <cstddef>
#include <string>

namespace polyhost::detail {

template <class T>
concept batch_item = (integer<T> && sizeof(T) <= 8) || std::same_as<T, float> || std::same_as<T, double> ||
                     std::same_as<T, bool>;

struct batch_type {
  std::size_t size;                              // of an item, in bytes
  const char* array_code;                        // what array.array calls it; null for bool, which it lacks
  const char* (*misfit)(const Py_buffer& view);  // buffer.hpp
  void (*describe_item)(std::string& out);       // "float64"
  void (*describe_argument)(std::string& out);   // "float | Iterable[float]"
  void (*describe_result)(std::string& out);     // "float | Sequence[float]"
  bool (*load)(PyObject* from, void* to, argument& arg);   // one number
  Py_ssize_t (*load_exact)(PyObject* sequence, void* to);  // load_exact_items of containers.hpp
  PyObject* (*make)(const void* from);                     // a new reference, or null
};

template <batch_item T>
constexpr const char* array_code() {
  if constexpr (std::same_as<T, bool>) return nullptr;
  if constexpr (std::same_as<T, double>) return "d";
  if constexpr (std::same_as<T, float>) return "f";
  if constexpr (std::is_signed_v<T>)
    return sizeof(T) == 1 ? "b" : sizeof(T) == 2 ? "h" : sizeof(T) == 4 ? "i" : "q";
  return sizeof(T) == 1 ? "B" : sizeof(T) == 2 ? "H" : sizeof(T) == 4 ? "I" : "Q";
}

template <batch_item T>
void describe_one_or_many(std::string& out, const char* many) {
  converter<T>::describe(out);
  out.append(" | ").append(many).append("[");
  converter<T>::describe(out);
  out += "]";
}

template <batch_item T>
bool load_number(PyObject* from, void* to, argument& arg) {
  converter<T> number;
  if (!number.load(from, arg)) return false;
  *static_cast<T*>(to) = static_cast<T>(number.value);
  return true;
}

template <batch_item T>
Py_ssize_t load_exact_numbers([[maybe_unused]] PyObject* sequence, [[maybe_unused]] void* to) {
  if constexpr (exactly_loadable<T>) return load_exact_items(sequence, static_cast<T*>(to));
  return 0;
}

template <batch_item T>
inline constexpr batch_type batch_type_of{
    .size = sizeof(T),
    .array_code = array_code<T>(),
    .misfit = misfit<T>,
    .describe_item = describe_item<T>,
    .describe_argument = [](std::string& out) { describe_one_or_many<T>(out, "Iterable"); },
    .describe_result = [](std::string& out) { describe_one_or_many<T>(out, "Sequence"); },
    .load = load_number<T>,
    .load_exact = load_exact_numbers<T>,
    .make = [](const void* from) { return converter<T>::make(*static_cast<const T*>(from)); }};

}  // namespace polyhost::detail
