// Integers, two digits at a time, and floats: their layout.
#include "accelerators/json/write_number.h"

#include "accelerators/json/shortest.h"
#include "accelerators/json/sixteen_digits.h"

#include <dragonbox/dragonbox.h>

#include <algorithm>
#include <array>
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

[[gnu::always_inline]] inline char* put_pair(char* to, std::uint32_t number) {
  std::memcpy(to, &pairs[2 * static_cast<std::size_t>(number)], 2);
  return to + 2;
}

// Below 10000, four digits.
[[gnu::always_inline]] inline char* put_four(char* to, std::uint32_t number) {
  return put_pair(put_pair(to, number / 100), number % 100);
}

// Below 10^8, eight digits.
[[gnu::always_inline]] inline char* put_eight(char* to, std::uint32_t number) {
  return put_four(put_four(to, number / 10000), number % 10000);
}

// Below 100, without leading zeros.
[[gnu::always_inline]] inline char* put_up_to_two(char* to, std::uint32_t number) {
  if (number >= 10) return put_pair(to, number);
  *to = static_cast<char>('0' + number);
  return to + 1;
}

// Below 10000, without leading zeros.
[[gnu::always_inline]] inline char* put_up_to_four(char* to, std::uint32_t number) {
  if (number < 100) return put_up_to_two(to, number);
  return put_pair(put_up_to_two(to, number / 100), number % 100);
}

// Below 10^8, without leading zeros.
[[gnu::always_inline]] inline char* put_up_to_eight(char* to, std::uint32_t number) {
  if (number < 10000) return put_up_to_four(to, number);
  return put_four(put_up_to_four(to, number / 10000), number % 10000);
}

char* put_digits(char* to, std::uint64_t number) {
  constexpr std::uint64_t eight = 100000000;
  if (number < eight) return put_up_to_eight(to, static_cast<std::uint32_t>(number));
  const std::uint64_t high = number / eight;
  const auto low = static_cast<std::uint32_t>(number % eight);
  if (high < eight) return put_eight(put_up_to_eight(to, static_cast<std::uint32_t>(high)), low);
  to = put_up_to_four(to, static_cast<std::uint32_t>(high / eight));
  return put_eight(put_eight(to, static_cast<std::uint32_t>(high % eight)), low);
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

// The same for what shortest.h found: sixteen digits, `zero` of which, one at most, is a zero in front, and
// one more.
[[gnu::noinline]] char* put_found_decimal(char* to, sixteen_digits digits, unsigned zero, std::uint32_t last,
                                          int point, float_style style) {
  const unsigned count = digits.count(last) - zero;
  const auto put_all = [&](char* begin) {
    digits.put_from(zero, begin);
    begin[16 - zero] = static_cast<char>('0' + last);
  };
  if (point <= 0 && point >= smallest_point(style)) {  // as put_decimal, without a copy
    std::copy_n("0.000000", 8, to);
    to += 2 - point;
    put_all(to);
    return to + count;
  }
  char text[2 * most_digits];
  put_all(text);
  return put_decimal(to, text, static_cast<int>(count), point, style);
}

[[gnu::always_inline]] inline char* put_found(char* to, const shortest_digits& found, float_style style) {
  constexpr std::uint64_t eight = 100000000;
  const sixteen_digits digits(static_cast<std::uint32_t>(found.leading / eight),
                              static_cast<std::uint32_t>(found.leading % eight));
  const unsigned zero = found.leading < eight * eight / 10 ? 1 : 0;
  const int after = 17 - static_cast<int>(zero) + found.power;
  if (after <= 0 || after >= largest_point(float_style::json)) [[unlikely]]
    return put_found_decimal(to, digits, zero, found.last, after, style);
  const auto point = static_cast<unsigned>(after);
  digits.put_from(zero, to);
  digits.put_from(zero + point, to + point + 1);
  to[point] = '.';
  to[17 - zero] = static_cast<char>('0' + found.last);
  return to + std::max(digits.count(found.last) - zero, point + 1) + 1;
}

// What shortest.h leaves; `to` is behind the sign.
template <class Float>
[[gnu::noinline]] char* put_by_dragonbox(char* to, Float number, float_style style) {
  if (!std::isfinite(number)) {
    to -= std::signbit(number) ? 1 : 0;
    std::copy_n("null", 4, to);
    return to + 4;
  }
  if (number == 0) {
    std::copy_n("0.0", 3, to);
    return to + 3;
  }
  const auto shortest = jkj::dragonbox::to_decimal(std::fabs(number), jkj::dragonbox::policy::sign::ignore);
  char digits[2 * most_digits];
  const auto count = static_cast<int>(put_digits(digits, shortest.significand) - digits);
  return put_decimal(to, digits, count, count + shortest.exponent, style);
}

template <class Float>
[[gnu::always_inline]] inline char* put_sign(char* to, Float number) {
  *to = '-';
  return to + (std::signbit(number) ? 1 : 0);
}

}  // namespace

char* put_integer(char* to, std::uint64_t magnitude, bool is_negative) {
  if (is_negative) *to++ = '-';
  return put_digits(to, magnitude);
}

char* put_double(char* to, double number, float_style style) {
  to = put_sign(to, number);
  shortest_digits found;
  if (find_shortest(std::fabs(number), found)) [[likely]]
    return put_found(to, found, style);
  return put_by_dragonbox(to, number, style);
}

char* put_float(char* to, float number) {
  return put_by_dragonbox(put_sign(to, number), number, float_style::json_single);
}

}  // namespace polyhost::json
