// Numbers in JSON text: their grammar, and which double they are nearest to.
// Source: D. Lemire, "Number parsing at a gigabyte per second", 2021; fast_float has the part that rounds.
#pragma once

#include "accelerators/json/simd.h"

#include <fast_float/fast_float.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace polyhost::json {

enum class number_kind : std::uint8_t {
  integer,           // 0 to 2^64-1, the magnitude
  negative_integer,  // -2^63 to -1, less than 0 by the magnitude
  big_integer,       // beyond those
  floating,
  flawed,
};

enum class number_flaw : std::uint8_t {
  none,
  leading_zero,
  after_minus,
  after_point,
  after_exponent,
  infinite
};

struct number {
  number_kind kind;
  number_flaw flaw;
  std::uint64_t magnitude;
  double floating;  // of a big integer, too: the double that is nearest
  const char* end;  // behind the number, if it is infinite too; or where the flaw is
};

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

namespace detail {

inline constexpr std::array<double, 23> exact_powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr auto powers = [] {
  std::array<std::uint64_t, 17> made{1};
  for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
  return made;
}();
inline constexpr std::ptrdiff_t most_digits = 19;  // that always fit in 64 bits

// Whether eight digits are taken as one number, whose lowest byte is the first one.
inline constexpr bool eight_at_once = std::endian::native == std::endian::little;

// The number that `count` digits make, 1 to 8 of those that begin in these bytes, less '0' each.
[[gnu::always_inline]] inline std::uint64_t value_of_digits(std::uint64_t bytes, std::size_t count) {
  bytes <<= 64 - 8 * count;  // as if zeros came first
  bytes = (bytes * 10) + (bytes >> 8U);
  return (((bytes & 0x000000ff000000ffU) * 0x000f424000000064U) +
          (((bytes >> 16U) & 0x000000ff000000ffU) * 0x0000271000000001U)) >>
         32U;
}

inline std::uint64_t eight_digits(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes - 0x3030303030303030U;
}

// Of up to 16 digits.
[[gnu::always_inline]] inline std::uint64_t value_of_digits(const char* at, std::size_t count) {
  if (count <= 8) return value_of_digits(eight_digits(at), count);
  return value_of_digits(eight_digits(at), 8) * powers[count - 8] +
         value_of_digits(eight_digits(at + 8), count - 8);
}

// The double nearest to digits * 10^power; false if these do not tell.
[[gnu::always_inline]] inline bool round(std::uint64_t digits, std::int64_t power, double& value) {
  if (digits <= (std::uint64_t{1} << 53U) && power >= -22 && power <= 22) {
    // Both are exact, so that the one operation rounds correctly (W. Clinger, 1990).
    const auto exact = static_cast<double>(digits);
    value = power < 0 ? exact / exact_powers[static_cast<std::size_t>(-power)]
                      : exact * exact_powers[static_cast<std::size_t>(power)];
    return true;
  }
  if (digits == 0) {
    value = 0;
    return true;
  }
  const fast_float::adjusted_mantissa found =
      fast_float::compute_float<fast_float::binary_format<double>>(power, digits);
  const std::uint64_t bits = found.mantissa | (static_cast<std::uint64_t>(found.power2) << 52U);
  std::memcpy(&value, &bits, sizeof value);
  return found.power2 >= 0;
}

// Of at most most_digits - 1 digits.
[[gnu::always_inline]] inline number integer(std::uint64_t magnitude, bool is_negative, const char* end) {
  const bool below_zero = is_negative && magnitude != 0;
  return {below_zero ? number_kind::negative_integer : number_kind::integer, number_flaw::none, magnitude, 0,
          end};
}

// Any number, and what is none.
number parse_any_number(const char* text, const char* readable);

}  // namespace detail

// The number that begins at `text`, which is a digit or a minus sign. Behind the text, at `readable` at the
// latest, is a NUL. What most numbers look like is found by two comparisons of sixteen bytes, so that where
// it ends is known long before what it is.
[[gnu::always_inline]] inline number parse_number(const char* text, const char* readable) {
  const char* const first = text + (*text == '-' ? 1 : 0);
  if (!detail::eight_at_once || readable - first < 32) return detail::parse_any_number(text, readable);
  std::uint32_t others = bytes16::load(first).not_digits();
  const auto count = static_cast<std::size_t>(std::countr_zero(others | 0x10000U));
  if (count == 0 || (count > 1 && *first == '0')) return detail::parse_any_number(text, readable);
  if (first[count] != '.') {
    if (others == 0 || first[count] == 'e' || first[count] == 'E')
      return detail::parse_any_number(text, readable);
    return detail::integer(detail::value_of_digits(first, count), first != text, first + count);
  }
  others |= bytes16::load(first + 16).not_digits() << 16U;
  const std::uint32_t behind = others & (others - 1);  // without the point
  const auto size = static_cast<std::size_t>(std::countr_zero(behind));
  const std::size_t decimals = size - count - 1;
  if (behind == 0 || decimals == 0 || decimals > 16 || count + decimals > std::size_t{detail::most_digits} ||
      first[size] == 'e' || first[size] == 'E')
    return detail::parse_any_number(text, readable);
  const std::uint64_t digits = detail::value_of_digits(first, count) * detail::powers[decimals] +
                               detail::value_of_digits(first + count + 1, decimals);
  double value = 0;
  if (!detail::round(digits, -static_cast<std::int64_t>(decimals), value))
    return detail::parse_any_number(text, readable);
  return {number_kind::floating, number_flaw::none, 0, first != text ? -value : value, first + size};
}

}  // namespace polyhost::json
