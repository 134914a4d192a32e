// Characters as bytes in UTF-8.
#pragma once

namespace polyhost::json {

// Writes at most four bytes, and returns where they end. `code` is no surrogate.
inline char* put_utf8(char* to, char32_t code) {
  const auto add = [&](char32_t byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | (code >> 6U));
    add(0x80 | (code & 0x3fU));
  } else if (code < 0x10000) {
    add(0xe0 | (code >> 12U));
    add(0x80 | ((code >> 6U) & 0x3fU));
    add(0x80 | (code & 0x3fU));
  } else {
    add(0xf0 | (code >> 18U));
    add(0x80 | ((code >> 12U) & 0x3fU));
    add(0x80 | ((code >> 6U) & 0x3fU));
    add(0x80 | (code & 0x3fU));
  }
  return to;
}

}  // namespace polyhost::json
