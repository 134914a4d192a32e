// Numbers of every kind, and their flaws.
#include "accelerators/json/number.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace polyhost::json::detail {

namespace {

number flawed(number_flaw flaw, const char* at) { return {number_kind::flawed, flaw, 0, 0, at}; }

// Takes all digits into `sum`, modulo 2^64, eight at a time. Returns what follows them.
const char* take_digits(const char* at, const char* readable, std::uint64_t& sum) {
  if constexpr (eight_at_once) {
    while (readable - at >= 8) {
      const std::uint64_t bytes = eight_digits(at);
      // A byte's highest bit, where it is no digit. A borrow or a carry only goes to the bytes behind such a
      // one.
      const std::uint64_t others = ((bytes + 0x7676767676767676U) | bytes) & 0x8080808080808080U;
      const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
      if (count == 0) return at;
      sum = sum * powers[count] + value_of_digits(bytes, count);
      at += count;
      if (count < 8) return at;
    }
  }
  while (is_digit(*at)) sum = sum * 10 + static_cast<std::uint64_t>(*at++ - '0');
  return at;
}

// Of a number whose digits are more than fit in 64 bits, or do not tell how to round: its text is read once
// more.
number read_again(const char* text, const char* end, number_kind kind) {
  const bool is_negative = *text == '-';
  if (kind == number_kind::integer) {
    std::uint64_t magnitude = 0;
    const bool fits = std::from_chars(text + (is_negative ? 1 : 0), end, magnitude).ec == std::errc{};
    if (fits && !is_negative) return {number_kind::integer, number_flaw::none, magnitude, 0, end};
    if (fits && magnitude <= (std::uint64_t{1} << 63U))
      return {number_kind::negative_integer, number_flaw::none, magnitude, 0, end};
    kind = number_kind::big_integer;
  }
  double value = 0;
  fast_float::from_chars(text, end, value);  // it is a number: at worst out of range, and then 0 or infinite
  if (std::isinf(value)) return flawed(number_flaw::infinite, end);
  return {kind, number_flaw::none, 0, value, end};
}

// Behind the digits of a number: its fraction and exponent. A zero is no digit that counts.
number with_fraction(const char* text, const char* at, const char* readable, std::uint64_t digits,
                     std::ptrdiff_t digit_count) {
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
  if (digit_count > most_digits || !round(digits, power, value))
    return read_again(text, at, number_kind::floating);
  if (std::isinf(value)) return flawed(number_flaw::infinite, at);
  return {number_kind::floating, number_flaw::none, 0, *text == '-' ? -value : value, at};
}

}  // namespace

number parse_any_number(const char* text, const char* readable) {
  const bool is_negative = *text == '-';
  const char* const first = text + (is_negative ? 1 : 0);
  std::uint64_t digits = 0;
  const char* const at = take_digits(first, readable, digits);
  if (*first == '0' && at - first > 1) return flawed(number_flaw::leading_zero, first);
  if (at == first) return flawed(number_flaw::after_minus, at);
  if (*at == '.' || *at == 'e' || *at == 'E')
    return with_fraction(text, at, readable, digits, *first == '0' ? 0 : at - first);
  if (at - first >= most_digits) return read_again(text, at, number_kind::integer);
  return integer(digits, is_negative, at);
}

}  // namespace polyhost::json::detail
