// Integers, two digits at a time, and floats: their layout.
#include "accelerators/json/write_number.h"

#include "accelerators/json/shortest.h"
#include "accelerators/json/sixteen_digits.h"

#include <dragonbox/dragonbox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace polyhost::json {

namespace {

// "00" to "99".
constexpr auto pairs = [] {
  std::array<char, 200> made{};
  for (std::size_t i = 0; i < 100; ++i) {
    made[2 * i] = static_cast<char>('0' + i / 10);
    made[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return made;
}();

char* put_pair(char* to, std::uint32_t number) {
  std::memcpy(to, &pairs[2 * static_cast<std::size_t>(number)], 2);
  return to + 2;
}

// Below 10000, four digits.
char* put_four(char* to, std::uint32_t number) { return put_pair(put_pair(to, number / 100), number % 100); }

// Below 10^8, eight digits.
char* put_eight(char* to, std::uint32_t number) {
  return put_four(put_four(to, number / 10000), number % 10000);
}

// Below 10^8, without leading zeros.
char* put_up_to_eight(char* to, std::uint32_t number) {
  if (number < 100) {
    if (number >= 10) return put_pair(to, number);
    *to = static_cast<char>('0' + number);
    return to + 1;
  }
  if (number < 10000) {
    to = put_up_to_eight(to, number / 100);
    return put_pair(to, number % 100);
  }
  to = put_up_to_eight(to, number / 10000);
  return put_four(to, number % 10000);
}

char* put_digits(char* to, std::uint64_t number) {
  constexpr std::uint64_t eight = 100000000;
  if (number < eight) return put_up_to_eight(to, static_cast<std::uint32_t>(number));
  const std::uint64_t high = number / eight;
  const auto low = static_cast<std::uint32_t>(number % eight);
  if (high < eight) {
    to = put_up_to_eight(to, static_cast<std::uint32_t>(high));
  } else {
    to = put_up_to_eight(to, static_cast<std::uint32_t>(high / eight));
    to = put_eight(to, static_cast<std::uint32_t>(high % eight));
  }
  return put_eight(to, low);
}

// d, d.ddd, and the exponent.
char* put_scientific(char* to, const char* digits, int count, int exponent, float_style style) {
  *to++ = digits[0];
  if (count > 1) {
    *to++ = '.';
    std::memcpy(to, digits + 1, static_cast<std::size_t>(count - 1));
    to += count - 1;
  }
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const auto magnitude = static_cast<std::uint32_t>(exponent < 0 ? -exponent : exponent);
  if (style == float_style::python && magnitude < 10) *to++ = '0';
  return put_up_to_eight(to, magnitude);
}

constexpr std::size_t most_digits = 24;

// Beyond these an exponent is usual, for the number 0.digits * 10^point.
constexpr int smallest_point(float_style style) {
  return style == float_style::python ? -3 : style == float_style::json ? -4 : -5;
}
constexpr int largest_point(float_style style) { return style == float_style::json_single ? 13 : 16; }

// The number is 0.digits * 10^point. Of the digits, twice most_digits may be read.
char* put_decimal(char* to, const char* digits, int count, int point, float_style style) {
  if (point > largest_point(style) || point < smallest_point(style))
    return put_scientific(to, digits, count, point - 1, style);
  // More is copied than counts, so that it is always the same number of bytes.
  if (point <= 0) {
    std::copy_n("0.000000", 8, to);
    to += 2 - point;
    std::memcpy(to, digits, most_digits);
    return to + count;
  }
  std::memcpy(to, digits, most_digits);
  if (point >= count) {
    std::memset(to + count, '0', static_cast<std::size_t>(point - count));
    to += point;
    std::copy_n(".0", 2, to);
    return to + 2;
  }
  to[point] = '.';
  std::memcpy(to + point + 1, digits + point, most_digits);
  return to + count + 1;
}

char* put_found(char* to, const shortest_digits& found, float_style style) {
  constexpr std::uint64_t eight = 100000000;
  const std::uint64_t first = found.digits / (eight * eight);
  const std::uint64_t others = found.digits - first * eight * eight;
  const sixteen_digits digits(static_cast<std::uint32_t>(others / eight),
                              static_cast<std::uint32_t>(others % eight));
  const int lead = first != 0 ? 1 : 0;
  const int count = 16 + lead - digits.zeros_at_end();
  const int point = 16 + lead + found.power;
  if (point > 0 && point < largest_point(style)) [[likely]] {
    *to = static_cast<char>('0' + first);
    digits.put(to + lead);
    digits.put_from(point - lead, to + point + 1);
    to[point] = '.';
    return to + std::max(count, point + 1) + 1;
  }
  if (point <= 0 && point >= smallest_point(style)) {  // as put_decimal, without a copy
    std::copy_n("0.000000", 8, to);
    to += 2 - point;
    *to = static_cast<char>('0' + first);
    digits.put(to + lead);
    return to + count;
  }
  char text[2 * most_digits];
  text[0] = static_cast<char>('0' + first);
  digits.put(text + lead);
  return put_decimal(to, text, count, point, style);
}

template <class Float>
char* put_shortest(char* to, Float number, float_style style) {
  if (std::signbit(number)) {
    *to++ = '-';
    number = -number;
  }
  if (number == 0) {
    std::copy_n("0.0", 3, to);
    return to + 3;
  }
  if constexpr (sizeof(Float) == sizeof(double)) {
    shortest_digits found;
    if (find_shortest(number, found)) [[likely]]
      return put_found(to, found, style);
  }
  const auto shortest = jkj::dragonbox::to_decimal(number, jkj::dragonbox::policy::sign::ignore);
  char digits[2 * most_digits];
  const auto count = static_cast<int>(put_digits(digits, shortest.significand) - digits);
  return put_decimal(to, digits, count, count + shortest.exponent, style);
}

}  // namespace

char* put_integer(char* to, std::uint64_t magnitude, bool is_negative) {
  if (is_negative) *to++ = '-';
  return put_digits(to, magnitude);
}

char* put_double(char* to, double number, float_style style) { return put_shortest(to, number, style); }

char* put_float(char* to, float number) { return put_shortest(to, number, float_style::json_single); }

}  // namespace polyhost::json
