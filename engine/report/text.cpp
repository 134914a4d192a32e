// Escaping names and scaling numbers.
#include "report/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace polyhost::report {
namespace {

struct Decoded {
  char32_t point;      // or the first byte, where the bytes are not UTF-8
  std::size_t length;  // in bytes; 0 where they are not UTF-8
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {first, 0};
  char32_t point = first & (0x7FU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return {first, 0};
    point = point << 6 | (byte(at) & 0x3FU);
  }
  constexpr std::array<char32_t, 3> least = {0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < least[length - 2] || point > 0x10FFFF || surrogate) return {first, 0};
  return {point, length};
}

// Controls, and what is invisible or turns the direction of a line.
bool disturbs(char32_t p) {
  return p < 0x20 || (p >= 0x7F && p <= 0x9F) || p == 0xAD || p == 0x61C || (p >= 0x200B && p <= 0x200F) ||
         (p >= 0x2028 && p <= 0x202E) || (p >= 0x2060 && p <= 0x206F) || p == 0xFEFF;
}

std::string escape(char32_t value, bool is_byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text = is_byte ? "\\x" : "\\u";
  for (int shift = is_byte ? 4 : 12; shift >= 0; shift -= 4) text += hex[value >> shift & 0xFU];
  return text;
}

}  // namespace

// Not printf: it writes a decimal comma where the script has set such a locale.
std::string fixed(double value, int decimals) {
  std::array<char, 400> text{};  // of the greatest double, and a fraction
  char* const end = text.data() + text.size();
  return {text.data(), std::to_chars(text.data(), end, value, std::chars_format::fixed, decimals).ptr};
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    if (length == 0 || disturbs(point)) {
      out += escape(point, length <= 1);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::size_t width(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string duration(double ns, std::string_view before_unit) {
  constexpr std::array<std::string_view, 4> units = {"ns", "us", "ms", "s"};
  if (!(ns >= 0 && ns <= 0x1p64)) return "unknown";
  std::size_t unit = 0;
  for (; ns >= 999.5 && unit + 1 < units.size(); ++unit) ns /= 1000;
  int decimals = ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : ns >= 0.9995 ? 2 : 3;
  if (unit == 0 && ns == std::floor(ns)) decimals = 0;
  const bool too_small = ns > 0 && ns < 0.0005;
  return (too_small ? "<0.001" : fixed(ns, decimals)).append(before_unit).append(units[unit]);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent > 0 && percent < 0.005) return "<0.01%";
  return fixed(percent, percent >= 99.95 ? 0 : percent >= 9.995 ? 1 : 2) + "%";
}

}  // namespace polyhost::report
