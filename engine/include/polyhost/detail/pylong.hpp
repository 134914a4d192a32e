// Reading the digits of a Python int in place. The only file that knows CPython's layout of int;
// on a version it does not know, it says "not small" and the caller takes the public API.
#pragma once

#include <Python.h>

#include <cstdint>

namespace polyhost::detail {

// True if `value` (an int or an instance of a subclass of int) has at most two digits; then `out` is its
// value.
[[gnu::always_inline]] inline bool read_small_int(PyObject* value, std::int64_t& out) {
#if defined(Py_LIMITED_API) || defined(PYPY_VERSION) || PYLONG_BITS_IN_DIGIT != 30 || \
    PY_VERSION_HEX >= 0x030F0000
  (void)value, (void)out;
  return false;
#else
  const auto* number = reinterpret_cast<const PyLongObject*>(value);
#if PY_VERSION_HEX >= 0x030C0000
  constexpr std::uintptr_t sign_bits = 3;  // 0 positive, 1 zero, 2 negative
  constexpr unsigned digits_shift = 3;
  const std::uintptr_t tag = number->long_value.lv_tag;
  const std::uintptr_t digits = tag >> digits_shift;
  const std::int64_t sign = 1 - static_cast<std::int64_t>(tag & sign_bits);
  const digit* const parts = number->long_value.ob_digit;
#else
  const Py_ssize_t size = Py_SIZE(value);
  const auto digits = static_cast<std::size_t>(size < 0 ? -size : size);
  const std::int64_t sign = size < 0 ? -1 : 1;
  const digit* const parts = number->ob_digit;
  if (size == 0) {
    out = 0;
    return true;
  }
#endif
  if (digits <= 1) [[likely]] {
    out = sign * static_cast<std::int64_t>(parts[0]);
    return true;
  }
  if (digits > 2) return false;
  out = sign * (static_cast<std::int64_t>(parts[0]) | (static_cast<std::int64_t>(parts[1]) << PyLong_SHIFT));
  return true;
#endif
}

}  // namespace polyhost::detail
