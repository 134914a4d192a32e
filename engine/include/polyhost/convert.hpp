// Conversion of single values between Python and C++: numbers, bool, str, bytes, any object.
// Containers are in containers.hpp, typed buffers in buffer.hpp, callables in callback.hpp.
//
// A type T takes part through a specialisation of polyhost::converter<T>:
//   static void describe(std::string& out);         appends T's name in Python's annotation syntax
//   bool load(PyObject* from, argument& arg);       fills `value`; false: refused, `arg` says why
//   T value;                                        valid while the converter and `from` live
//   static PyObject* make(T);                       a new reference, or null with an exception set
// A conversion that takes the same short time for every value may say so, for calls to be timed at less cost:
//   bool load_exact(PyObject* from);                fills `value` from the type's own Python type; false: not
//                                                   that, load() is asked; runs no Python code
//   static constexpr bool makes_in_constant_time = true;
// All of it runs with the GIL held. A type that only goes one way leaves the other half out.
#pragma once

#include <Python.h>
#include <polyhost/detail/pylong.hpp>
#include <polyhost/object.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace polyhost {

// Whether T is converted by pybind11: pybind.hpp says how.
template <class T>
inline constexpr bool through_pybind = false;

namespace detail {
struct signature;

// Whose converter a parameter or a result of type A has; others than the plain type are pybind.hpp's.
template <class A>
struct converted_as {
  using type = std::remove_cvref_t<A>;
};
}  // namespace detail

enum class refusal : std::uint8_t {
  wrong_type,    // TypeError: expected and given type
  out_of_range,  // OverflowError: `detail` names the type and its range
  raised,        // a Python exception is set already
};

// The argument that is being converted, and, after a refusal, why it was refused.
struct argument {
  const detail::signature* function = nullptr;  // whose argument it is
  std::size_t index = 0;                        // which parameter, from 0
  refusal why = refusal::wrong_type;
  object given{};                // the type that was refused, if it is not the argument's own
  Py_ssize_t item = -1;          // which item of the argument was refused, if it was not the whole
  const char* detail = nullptr;  // static text: what was wrong beyond the type
};

// A type that nothing below or in the neighbouring headers knows. Complete, so that its users see one error.
template <class T>
struct converter {
  static_assert(
      !std::is_same_v<T, T>,
      "polyhost cannot convert this type: take a type of the README's table (for a char or a span of char: "
      "std::string_view or std::span<const std::byte>), polyhost::object, or specialise polyhost::converter; "
      "an enumeration needs <polyhost/enumeration.hpp>, an aggregate <polyhost/record.hpp>");
  struct anything {
    template <class Any>
    explicit operator Any&&() const;
  } value;
  static void describe(std::string&) {}
  bool load(PyObject*, argument&) { return false; }
  template <class Any>
  static PyObject* make(Any&&) {
    return nullptr;
  }
};

namespace detail {

// Whether a converted value may outlive what it was converted from. Views may not.
template <class T>
inline constexpr bool owns_its_value =
    !std::is_same_v<T, std::string_view> && !std::is_same_v<T, const char*> &&
    !std::is_same_v<T, PyObject*> && !requires {
  typename T::element_type;
};

// Whether a converted value is looked at with the GIL only.
template <class T>
inline constexpr bool needs_gil = false;

// Say in `arg` why its value is refused, and return false. `detail` is static text.
bool refuse(argument& arg, refusal why, const char* detail = nullptr);
bool refuse_type(argument& arg, PyObject* given, const char* detail = nullptr);

template <class T>
concept integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

// "int8 (-128 to 127)"
template <integer T>
constexpr const char* range_text() {
  if constexpr (std::is_signed_v<T>) {
    return sizeof(T) == 1   ? "int8 (-128 to 127)"
           : sizeof(T) == 2 ? "int16 (-32768 to 32767)"
           : sizeof(T) == 4 ? "int32 (-2147483648 to 2147483647)"
                            : "int64 (-9223372036854775808 to 9223372036854775807)";
  } else {
    return sizeof(T) == 1   ? "uint8 (0 to 255)"
           : sizeof(T) == 2 ? "uint16 (0 to 65535)"
           : sizeof(T) == 4 ? "uint32 (0 to 4294967295)"
                            : "uint64 (0 to 18446744073709551615)";
  }
}

// Any int through the public API. `number` is an int or an instance of a subclass.
template <integer T>
bool load_big_int(PyObject* number, T& value, argument& arg) {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
    value = PyLong_AsUnsignedLongLong(number);
    if (value != static_cast<T>(-1) || PyErr_Occurred() == nullptr) return true;
    if (PyErr_ExceptionMatches(PyExc_OverflowError) == 0) return refuse(arg, refusal::raised);
    PyErr_Clear();
  } else {
    int overflow = 0;
    const long long wide = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (wide == -1 && overflow == 0 && PyErr_Occurred() != nullptr) return refuse(arg, refusal::raised);
    if (overflow == 0 && std::in_range<T>(wide)) {
      value = static_cast<T>(wide);
      return true;
    }
  }
  return refuse(arg, refusal::out_of_range, range_text<T>());
}

template <integer T>
bool load_int(PyObject* number, T& value, argument& arg) {
  std::int64_t small = 0;
  if (!read_small_int(number, small)) return load_big_int(number, value, arg);
  value = static_cast<T>(small);
  if constexpr (!std::same_as<T, std::int64_t>) {
    if (!std::in_range<T>(small)) return refuse(arg, refusal::out_of_range, range_text<T>());
  }
  return true;
}

// Not an exact int: bool and other subclasses, and whatever has __index__, as python's own int arguments do.
template <integer T>
bool load_int_slowly(PyObject* from, T& value, argument& arg) {
  if (PyLong_Check(from)) return load_int(from, value, arg);
  if (PyIndex_Check(from) == 0) return refuse_type(arg, from);
  const object number = object::steal(PyNumber_Index(from));
  return number ? load_int(number.get(), value, arg) : refuse(arg, refusal::raised);
}

// Whatever Python's own float arguments take.
bool load_float_slowly(PyObject* from, double& value, argument& arg);

// Text in ASCII, in place. `from` is a str.
[[gnu::always_inline]] inline bool see_ascii(PyObject* from, std::string_view& text) {
  if (!PyUnicode_IS_COMPACT_ASCII(from)) return false;
  // The characters follow the head of such a str: what PyUnicode_DATA would find out again.
  text = {reinterpret_cast<const char*>(reinterpret_cast<PyASCIIObject*>(from) + 1),
          static_cast<std::size_t>(PyUnicode_GET_LENGTH(from))};
  return true;
}

// Any str, as UTF-8.
bool load_text(PyObject* from, std::string_view& text, argument& arg);

}  // namespace detail

// int of any width: exact range check. bool is taken as an int, as Python does; float is not.
template <detail::integer T>
struct converter<T> {
  T value{};
  static void describe(std::string& out) { out += "int"; }
  bool load(PyObject* from, argument& arg) {
    return PyLong_CheckExact(from) ? detail::load_int(from, value, arg)
                                   : detail::load_int_slowly(from, value, arg);
  }
  // Of at most two digits.
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    std::int64_t small = 0;
    if (!PyLong_CheckExact(from) || !detail::read_small_int(from, small) || !std::in_range<T>(small))
      return false;
    value = static_cast<T>(small);
    return true;
  }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(T number) {
    if constexpr (std::is_signed_v<T>) {
      return PyLong_FromLongLong(number);
    } else {
      return PyLong_FromUnsignedLongLong(number);
    }
  }
};

template <>
struct converter<double> {
  double value{};
  static void describe(std::string& out) { out += "float"; }
  bool load(PyObject* from, argument& arg) {
    return load_exact(from) || detail::load_float_slowly(from, value, arg);
  }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    if (!PyFloat_CheckExact(from)) return false;
    value = PyFloat_AS_DOUBLE(from);
    return true;
  }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(double number) { return PyFloat_FromDouble(number); }
};

// A finite float beyond the range of float32 is an OverflowError; otherwise it is rounded.
template <>
struct converter<float> {
  float value{};
  static void describe(std::string& out) { out += "float"; }
  bool load(PyObject* from, argument& arg) {
    converter<double> wide{};
    if (!wide.load(from, arg)) return false;
    const auto largest = static_cast<double>(std::numeric_limits<float>::max());
    // Halfway to the next float32 still rounds down; beyond it the conversion would be undefined.
    if (std::isfinite(wide.value) && std::abs(wide.value) >= largest + std::ldexp(1.0, 103)) {
      return detail::refuse(arg, refusal::out_of_range, "float32 (-3.4028235e38 to 3.4028235e38)");
    }
    value = static_cast<float>(wide.value);
    return true;
  }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(float number) { return PyFloat_FromDouble(static_cast<double>(number)); }
};

// True or False, or numpy's bool; other objects have a truth value, but are not a bool.
template <>
struct converter<bool> {
  bool value{};
  static void describe(std::string& out) { out += "bool"; }
  bool load(PyObject* from, argument& arg) {
    if (load_exact(from)) return true;
    const std::string_view type = Py_TYPE(from)->tp_name;
    if (type != "numpy.bool_" && type != "numpy.bool") return detail::refuse_type(arg, from);
    const int truth = PyObject_IsTrue(from);
    value = truth == 1;
    return truth >= 0 || detail::refuse(arg, refusal::raised);
  }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    value = from == Py_True;
    return value || from == Py_False;
  }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(bool truth) { return Py_NewRef(truth ? Py_True : Py_False); }
};

// The text as UTF-8, seen in place. Lone surrogates are a UnicodeEncodeError; so is a result that is
// not UTF-8 a UnicodeDecodeError. NUL is a character like any other.
template <>
struct converter<std::string_view> {
  std::string_view value;
  static void describe(std::string& out) { out += "str"; }
  bool load(PyObject* from, argument& arg) { return detail::load_text(from, value, arg); }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    return PyUnicode_CheckExact(from) && detail::see_ascii(from, value);
  }
  static PyObject* make(std::string_view text) {
    return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  }
};

template <>
struct converter<std::string> {
  std::string value;
  static void describe(std::string& out) { out += "str"; }
  bool load(PyObject* from, argument& arg) {
    std::string_view text;
    if (!detail::load_text(from, text, arg)) return false;
    value = text;
    return true;
  }
  static PyObject* make(std::string_view text) { return converter<std::string_view>::make(text); }
};

// NUL-terminated: text with a NUL inside is a ValueError. A null result is None.
template <>
struct converter<const char*> {
  const char* value{};
  static void describe(std::string& out) { out += "str"; }
  bool load(PyObject* from, argument& arg) {
    std::string_view text;
    if (!detail::load_text(from, text, arg)) return false;
    if (text.find('\0') != std::string_view::npos) {
      PyErr_SetString(PyExc_ValueError, "embedded null character");
      return detail::refuse(arg, refusal::raised);
    }
    value = text.data();
    return true;
  }
  static PyObject* make(const char* text) {
    return text != nullptr ? PyUnicode_FromString(text) : Py_NewRef(Py_None);
  }
};

// bytes and whatever exports contiguous memory (bytearray, memoryview, array, mmap), seen in place.
// The result is a copy, as bytes.
template <>
struct converter<std::span<const std::byte>> {
  std::span<const std::byte> value;
  static void describe(std::string& out) { out += "bytes"; }

  converter() = default;
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() { detail::release_buffer(view_); }

  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    if (!PyBytes_CheckExact(from)) return false;
    value = {reinterpret_cast<const std::byte*>(PyBytes_AS_STRING(from)),
             static_cast<std::size_t>(PyBytes_GET_SIZE(from))};
    return true;
  }
  bool load(PyObject* from, argument& arg) {
    if (load_exact(from)) return true;
    if (PyObject_CheckBuffer(from) == 0) return detail::refuse_type(arg, from);
    if (PyObject_GetBuffer(from, &view_, PyBUF_SIMPLE) != 0) {
      if (PyErr_ExceptionMatches(PyExc_BufferError) == 0) return detail::refuse(arg, refusal::raised);
      PyErr_Clear();
      return detail::refuse_type(arg, from, "it is not C-contiguous");
    }
    value = {static_cast<const std::byte*>(view_.buf), static_cast<std::size_t>(view_.len)};
    return true;
  }
  static PyObject* make(std::span<const std::byte> bytes) {
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(bytes.data()),
                                     static_cast<Py_ssize_t>(bytes.size()));
  }

 private:
  Py_buffer view_{};
};

// Any Python object, as it is. A null result without an exception set is a RuntimeError.
template <>
struct converter<object> {
  object value;
  static void describe(std::string& out) { out += "object"; }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    value = object::borrow(from);
    return true;
  }
  bool load(PyObject* from, argument&) { return load_exact(from); }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(object result) {
    if (!result && PyErr_Occurred() == nullptr) {
      PyErr_SetString(PyExc_RuntimeError, "the native function returned no object");
    }
    return result.release();
  }
};

// As object, but the argument is borrowed and the result a new reference.
template <>
struct converter<PyObject*> {
  PyObject* value{};
  static void describe(std::string& out) { out += "object"; }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    value = from;
    return true;
  }
  bool load(PyObject* from, argument&) { return load_exact(from); }
  static constexpr bool makes_in_constant_time = true;
  static PyObject* make(PyObject* result) { return converter<object>::make(object::steal(result)); }
};

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/convert.hpp>
#endif
