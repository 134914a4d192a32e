// Where the strings of a document end, and what their escapes stand for.
#pragma once

#include "accelerators/json/simd.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyhost::json {

// Where the text of a document ends. What follows it up to `readable` may be read, too, and begins with a
// NUL.
struct text_limits {
  const char* end;
  const char* readable;
};

// Where the part of a string that is as it reads ends: at its quote, an escape, what must not be there, or
// the end of the text.
struct plain_end {
  const char* at;
  bool is_ascii;
};

// The `seen` bytes that the string begins with are known not to be the end, and to be ASCII.
inline plain_end find_end(const char* string, std::size_t seen, const text_limits& limits) {
  std::uint32_t not_ascii = 0;
  const char* at = string + seen;
  for (; limits.readable - at >= 16; at += 16) {
    const bytes16 block = bytes16::load(at);
    const std::uint32_t special = block.special();
    if (special != 0) {
      const int index = std::countr_zero(special);
      not_ascii |= block.not_ascii() & ((1U << static_cast<unsigned>(index)) - 1);
      return {at + index, not_ascii == 0};
    }
    not_ascii |= block.not_ascii();
  }
  for (; at < limits.end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20; ++at)
    not_ascii |= static_cast<unsigned char>(*at) & 0x80U;
  return {at, not_ascii == 0};
}

// How a string was read.
struct string_read {
  const char* at;       // behind its closing quote; or where its flaw is
  const char* message;  // what the flaw is; null: none
  bool is_ascii;        // as it was read
};

// Reads a string that has escapes into `out`. `first`: where the first one is, or what else its plain part
// ends at.
string_read unescape(const char* string, plain_end first, const text_limits& limits, std::vector<char>& out);

}  // namespace polyhost::json
