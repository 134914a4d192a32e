// Numbers of many digits: their text is read once more.
#include "accelerators/json/number.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace polyhost::json::detail {

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

}  // namespace polyhost::json::detail
