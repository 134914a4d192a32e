#include "accelerators/json/strings.h"

#include "accelerators/json/parse.h"
#include "accelerators/json/utf8.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace polyhost::json {

namespace {

constexpr const char* invalid_escape = "invalid escaped sequence in string";

bool is_hex_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10 || static_cast<unsigned char>((c | 0x20) - 'a') < 6;
}

class escape_reader {
 public:
  escape_reader(const text_limits& limits, std::vector<char>& out) : limits_(limits), out_(out) {}

  string_read read(const char* text, plain_end found) {
    out_.clear();
    bool is_ascii = true;
    while (true) {
      is_ascii = is_ascii && found.is_ascii;
      out_.insert(out_.end(), text, found.at);
      if (found.at == limits_.end) return flawed(end_of_data, limits_.end);
      if (*found.at == '"') return {found.at + 1, nullptr, is_ascii};
      if (*found.at != '\\') return flawed("unexpected control character in string", found.at);
      const std::optional<char32_t> code = escape(found.at, text);
      if (!code) return flaw_;
      is_ascii = is_ascii && *code < 0x80;
      std::array<char, 4> room{};
      out_.insert(out_.end(), room.data(), put_utf8(room.data(), *code));
      found = find_end(text, 0, limits_);
    }
  }

 private:
  // The character that the escape at `at` stands for; `behind` is set behind it. Nothing, with a flaw, if it
  // is none.
  std::optional<char32_t> escape(const char* at, const char*& behind) {
    behind = at + 2;
    switch (at[1]) {
      case '"':
        return '"';
      case '\\':
        return '\\';
      case '/':
        return '/';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        return unicode_escape(at, behind);
      default:
        return at + 1 >= limits_.end ? none(end_of_data, limits_.end) : none(invalid_escape, at);
    }
  }

  std::optional<char32_t> unicode_escape(const char* at, const char*& behind) {
    const std::optional<char32_t> first = four_digits(at);
    if (!first) {
      const bool ends = limits_.end - at < 6 && std::all_of(at + 2, limits_.end, is_hex_digit);
      return ends ? none(end_of_data, limits_.end) : none(invalid_escape, at);
    }
    behind = at + 6;
    if (*first < 0xd800 || *first > 0xdfff) return first;
    if (ends_in_low_surrogate(behind)) return none(end_of_data, limits_.end);
    if (*first > 0xdbff) return none("invalid high surrogate in string", at);
    if (behind[0] != '\\' || behind[1] != 'u') return none("no low surrogate in string", at);
    const std::optional<char32_t> second = four_digits(behind);
    if (!second) return none("invalid escape in string", at);
    if (*second < 0xdc00 || *second > 0xdfff) return none("invalid low surrogate in string", at);
    behind += 6;
    return 0x10000 + ((*first - 0xd800) << 10U) + (*second - 0xdc00);
  }

  // Whether the data ends at `at`, or in what might have become the escape of a low surrogate there.
  [[nodiscard]] bool ends_in_low_surrogate(const char* at) const {
    const auto left = static_cast<std::size_t>(limits_.end - at);
    if (left >= 6) return false;
    constexpr std::array<std::string_view, 4> beginning = {"\\", "u", "dD", "cdefCDEF"};
    const std::size_t known = std::min(left, beginning.size());
    for (std::size_t i = 0; i < known; ++i) {
      if (beginning[i].find(at[i]) == std::string_view::npos) return false;
    }
    return std::all_of(at + known, limits_.end, is_hex_digit);
  }

  // Of the escape at `at`, behind its "\u". Nothing if they are others, or the data ends before.
  [[nodiscard]] std::optional<char32_t> four_digits(const char* at) const {
    char32_t code = 0;
    for (int i = 2; i < 6; ++i) {
      if (at + i >= limits_.end || !is_hex_digit(at[i])) return std::nullopt;
      const unsigned c = static_cast<unsigned char>(at[i]);
      code = code * 16 + (c <= '9' ? c - '0' : (c | 0x20U) - 'a' + 10);
    }
    return code;
  }

  static string_read flawed(const char* message, const char* at) { return {at, message, false}; }
  std::optional<char32_t> none(const char* message, const char* at) {
    flaw_ = flawed(message, at);
    return std::nullopt;
  }

  const text_limits& limits_;
  std::vector<char>& out_;
  string_read flaw_{};
};

}  // namespace

string_read unescape(const char* string, plain_end first, const text_limits& limits, std::vector<char>& out) {
  return escape_reader(limits, out).read(string, first);
}

}  // namespace polyhost::json
