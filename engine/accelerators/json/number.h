// Numbers in JSON text: their grammar, and which double they are nearest to.
// Source: D. Lemire, "Number parsing at a gigabyte per second", 2021; fast_float has the part that rounds.
#pragma once

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

namespace detail {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

inline constexpr std::uint64_t infinite_bits = 0x7ff0000000000000U;
inline constexpr std::array<double, 23> exact_powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr std::array<std::uint64_t, 9> powers = {1,      10,      100,      1000,     10000,
                                                        100000, 1000000, 10000000, 100000000};

// Takes all digits into `sum`, modulo 2^64, eight at a time. Returns what follows them.
[[gnu::always_inline]] inline const char* take_digits(const char* at, const char* readable,
                                                      std::uint64_t& sum) {
  if constexpr (std::endian::native == std::endian::little) {
    while (readable - at >= 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at, sizeof bytes);
      bytes -= 0x3030303030303030U;
      // A byte's highest bit, where it is no digit. A borrow or a carry only goes to the bytes behind such a
      // one.
      const std::uint64_t others = ((bytes + 0x7676767676767676U) | bytes) & 0x8080808080808080U;
      const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
      if (count == 0) return at;
      bytes <<= 64 - 8 * count;  // as if zeros came first
      bytes = (bytes * 10) + (bytes >> 8U);
      bytes = (((bytes & 0x000000ff000000ffU) * 0x000f424000000064U) +
               (((bytes >> 16U) & 0x000000ff000000ffU) * 0x0000271000000001U)) >>
              32U;
      sum = sum * powers[count] + bytes;
      at += count;
      if (count < 8) return at;
    }
  }
  while (is_digit(*at)) sum = sum * 10 + static_cast<std::uint64_t>(*at++ - '0');
  return at;
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

inline number flawed(number_flaw flaw, const char* at) { return {number_kind::flawed, flaw, 0, 0, at}; }

// Of a number whose digits are more than fit in 64 bits, or do not tell how to round.
number read_again(const char* text, const char* end, number_kind kind);

// Behind the digits of a number: its fraction and exponent. A zero is no digit that counts.
[[gnu::always_inline]] inline number with_fraction(const char* text, const char* at, const char* readable,
                                                   std::uint64_t digits, std::ptrdiff_t digit_count) {
  std::int64_t power = 0;
  if (*at == '.') {
    const char* const fraction = ++at;
    if (digit_count == 0) {
      while (*at == '0') ++at;  // they count for nothing yet
    }
    const char* const first = at;
    at = take_digits(at, readable, digits);
    if (at == fraction) return flawed(number_flaw::after_point, at);
    digit_count += at - first;
    power = fraction - at;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    const bool below_one = *at == '-';
    if (*at == '-' || *at == '+') ++at;
    if (!is_digit(*at)) return flawed(number_flaw::after_exponent, at);
    std::int64_t exponent = 0;
    for (; is_digit(*at); ++at) {
      if (exponent < 100000000) exponent = exponent * 10 + (*at - '0');
    }
    power += below_one ? -exponent : exponent;
  }
  double value = 0;
  constexpr std::ptrdiff_t most_digits = 19;  // that always fit
  if (digit_count > most_digits || !round(digits, power, value))
    return read_again(text, at, number_kind::floating);
  if (std::bit_cast<std::uint64_t>(value) == infinite_bits) return flawed(number_flaw::infinite, at);
  return {number_kind::floating, number_flaw::none, 0, *text == '-' ? -value : value, at};
}

}  // namespace detail

// The number that begins at `text`, which is a digit or a minus sign. Behind the text, at `readable` at the
// latest, is a NUL.
[[gnu::always_inline]] inline number parse_number(const char* text, const char* readable) {
  const bool is_negative = *text == '-';
  const char* const first = text + (is_negative ? 1 : 0);
  std::uint64_t digits = 0;
  const char* const at = detail::take_digits(first, readable, digits);
  if (*first == '0' && at - first > 1) return detail::flawed(number_flaw::leading_zero, first);
  if (at == first) return detail::flawed(number_flaw::after_minus, at);
  if (*at == '.' || *at == 'e' || *at == 'E')
    return detail::with_fraction(text, at, readable, digits, *first == '0' ? 0 : at - first);
  if (at - first > 18) return detail::read_again(text, at, number_kind::integer);
  const bool below_zero = is_negative && digits != 0;
  return {below_zero ? number_kind::negative_integer : number_kind::integer, number_flaw::none, digits, 0,
          at};
}

}  // namespace polyhost::json
