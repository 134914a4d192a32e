// Typed views of memory that a Python object exports (array.array, memoryview, numpy), without a copy.
// Untyped bytes are in convert.hpp.
#pragma once

#include <polyhost/convert.hpp>

#include <bit>
#include <cstring>

namespace polyhost {

namespace detail {

template <class T>
concept buffer_item = (integer<T> || std::floating_point<T> || std::same_as<T, bool>);

// "float64", "int32", "bool"
template <buffer_item T>
void describe_item(std::string& out) {
  if constexpr (std::same_as<T, bool>) {
    out += "bool";
  } else {
    out += std::floating_point<T> ? "float" : std::is_signed_v<T> ? "int" : "uint";
    out += std::to_string(sizeof(T) * 8);
  }
}

// True if an item of the buffer's format has the kind of T; its size is compared apart.
template <buffer_item T>
bool format_fits(const char* format) {
  if (format == nullptr) format = "B";
  if (*format == '@' || *format == '=' || *format == '<') ++format;  // little-endian machines only
  if (*format == '\0' || format[1] != '\0') return false;
  constexpr std::string_view codes = std::same_as<T, bool>    ? "?"
                                     : std::floating_point<T> ? "dfg"
                                     : std::is_signed_v<T>    ? "lqihbn"
                                                              : "LQIHBN";
  return codes.find(*format) != std::string_view::npos;
}

// The reason why a contiguous view cannot be read as items of T, or null.
template <buffer_item T>
const char* misfit(const Py_buffer& view) {
  if (view.itemsize != static_cast<Py_ssize_t>(sizeof(T)) || !format_fits<T>(view.format)) {
    return "its items are of another type";
  }
  if (view.len > 0 && reinterpret_cast<std::uintptr_t>(view.buf) % alignof(T) != 0)
    return "it is not aligned";
  return nullptr;
}

// True if the exception that is set says no more than that a buffer is not to be had like that.
bool exporter_refused();

// A bool of any other byte would be undefined.
bool all_truth_values(const Py_buffer& view);

}  // namespace detail

static_assert(std::endian::native == std::endian::little, "polyhost is written for little-endian machines");

// Every item of a C-contiguous buffer, in memory order, whatever its number of dimensions. span<T> asks
// for writable memory, span<const T> does not. The exporter keeps the memory in place until the call ends.
template <class T>
requires detail::buffer_item<std::remove_const_t<T>>
struct converter<std::span<T>> {
  using item = std::remove_const_t<T>;
  std::span<T> value;

  static void describe(std::string& out) {
    out += "Buffer[";
    detail::describe_item<item>(out);
    out += "]";
  }

  converter() = default;
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() { detail::release_buffer(view_); }

  bool load(PyObject* from, argument& arg) {
    if (PyObject_CheckBuffer(from) == 0) return detail::refuse_type(arg, from);
    // Most are C-contiguous; the others are asked again, for the reason of the refusal.
    constexpr int contiguous = PyBUF_ND | PyBUF_FORMAT | (std::is_const_v<T> ? 0 : PyBUF_WRITABLE);
    if (PyObject_GetBuffer(from, &view_, contiguous) == 0) return take(from, arg);
    if (!detail::exporter_refused()) return detail::refuse(arg, refusal::raised);
    PyErr_Clear();
    if (PyObject_GetBuffer(from, &view_, PyBUF_FULL_RO) != 0) return detail::refuse(arg, refusal::raised);
    if (!std::is_const_v<T> && view_.readonly != 0) return detail::refuse_type(arg, from, "it is read-only");
    if (PyBuffer_IsContiguous(&view_, 'C') == 0)
      return detail::refuse_type(arg, from, "it is not C-contiguous");
    return take(from, arg);
  }

 private:
  bool take(PyObject* from, argument& arg) {
    if (const char* reason = detail::misfit<item>(view_)) return detail::refuse_type(arg, from, reason);
    if (std::is_same_v<item, bool> && !detail::all_truth_values(view_)) {
      return detail::refuse_type(arg, from, "it has a byte that is neither 0 nor 1");
    }
    // An empty buffer may have any address.
    if (view_.len > 0) value = {static_cast<T*>(view_.buf), static_cast<std::size_t>(view_.len) / sizeof(T)};
    return true;
  }

  Py_buffer view_{};
};

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/buffer.hpp>
#endif
