// From Python objects to JSON text.
#pragma once

#include <Python.h>

#include <cstdint>

namespace polyhost::json {

// The bits of dumps' `option`, with orjson's values; those from big_integers on are polyhost's own.
struct dump_option {
  static constexpr std::uint32_t indent_2 = 1U << 0U;
  static constexpr std::uint32_t naive_utc = 1U << 1U;
  static constexpr std::uint32_t non_str_keys = 1U << 2U;
  static constexpr std::uint32_t omit_microseconds = 1U << 3U;
  static constexpr std::uint32_t serialize_numpy = 1U << 4U;
  static constexpr std::uint32_t sort_keys = 1U << 5U;
  static constexpr std::uint32_t strict_integer = 1U << 6U;
  static constexpr std::uint32_t utc_z = 1U << 7U;
  static constexpr std::uint32_t passthrough_subclass = 1U << 8U;
  static constexpr std::uint32_t passthrough_datetime = 1U << 9U;
  static constexpr std::uint32_t append_newline = 1U << 10U;
  static constexpr std::uint32_t passthrough_dataclass = 1U << 11U;
  static constexpr std::uint32_t big_integers = 1U << 24U;
  static constexpr std::uint32_t decimals = 1U << 25U;
  static constexpr std::uint32_t more_types = 1U << 26U;
  static constexpr std::uint32_t all = (1U << 12U) - 1 + big_integers + decimals + more_types;
};

// The text of `object` as bytes: a new reference, or null with an exception set. `default_function` is asked
// for what has no text of its own; null: nobody is. Needs the GIL; calls Python code for objects of other
// than built-in types.
PyObject* dump(PyObject* object, PyObject* default_function, std::uint32_t options);

}  // namespace polyhost::json
