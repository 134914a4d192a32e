// Strings as JSON writes them: in quotes, escaped where they must be, in UTF-8.
#pragma once

#include "accelerators/json/output.h"
#include "accelerators/json/simd.h"

#include <Python.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace polyhost::json {

// All of these: false with an exception set if there is no memory. `text` is a str.

// A str that is not compact ASCII. Lone surrogates are a UnicodeEncodeError.
bool write_wide_text(output& out, PyObject* text);

// A str in ASCII alone, as the standard library escapes it: every character that is not printable ASCII by
// its UTF-16.
bool write_ascii_text(output& out, PyObject* text);

// The rest of a text from the first byte that must be escaped; room for its closing quote is left.
bool write_escaped(output& out, const char* text, const char* end);

// How many bytes behind a text's end its writing may touch, quotes included.
inline constexpr std::size_t text_slack = 32;

namespace detail {

// Copies a text of less than sixteen bytes: the first and the last of them, some perhaps twice. Whether
// nothing in it must be escaped.
[[gnu::always_inline]] inline bool copy_short(char* to, const char* text, std::size_t size) {
  if (size >= 8) {
    std::uint64_t ends[2];
    std::memcpy(&ends[0], text, 8);
    std::memcpy(&ends[1], text + size - 8, 8);
    std::memcpy(to, &ends[0], 8);
    std::memcpy(to + size - 8, &ends[1], 8);
    return bytes16::load(ends).special() == 0;
  }
  // Filled up with what is not special.
  alignas(16) char all[16] = {'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'};
  if (size >= 4) {
    std::memcpy(all, text, 4);
    std::memcpy(all + 4, text + size - 4, 4);
    std::memcpy(to, all, 4);
    std::memcpy(to + size - 4, all + 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = all[i] = text[i];
  }
  return bytes16::load(all).special() == 0;
}

// The same where sixteen bytes before the end of the text may be read, as those of a str may: before its text
// are its other fields. Up to eight bytes more than the text are written.
[[gnu::always_inline]] inline bool copy_short_of_str(char* to, const char* text, std::size_t size) {
  std::uint64_t bytes = 0;
  if (size > 8) {
    std::memcpy(&bytes, text, 8);
    std::memcpy(to, &bytes, 8);
    std::memcpy(&bytes, text + size - 8, 8);
    std::memcpy(to + size - 8, &bytes, 8);
  } else if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&bytes, text + size - 8, 8);
    bytes = bytes >> (4 * (8 - size)) >> (4 * (8 - size));  // twice, since of none all bits go
    std::memcpy(to, &bytes, 8);
  } else {
    std::memcpy(to, text, size);
  }
  return bytes16::load(text + size - 16).special() >> (16 - size) == 0;
}

}  // namespace detail

// Any text in valid UTF-8, in quotes. `is_in_str`: it is that of a str.
template <bool is_in_str = false>
[[gnu::always_inline]] inline bool write_quoted(output& out, const char* text, std::size_t size) {
  if (!out.reserve(size + text_slack)) return false;
  char* const to = out.at() + 1;
  to[-1] = '"';
  if (size < 16) {
    const bool is_plain =
        is_in_str ? detail::copy_short_of_str(to, text, size) : detail::copy_short(to, text, size);
    if (!is_plain) {
      out.set_at(to);
      return write_escaped(out, text, text + size);
    }
  } else {
    std::size_t i = 0;
    for (; i + 16 <= size; i += 16) {
      const bytes16 block = bytes16::load(text + i);
      block.store(to + i);
      const std::uint32_t special = block.special();
      if (special == 0) continue;
      i += static_cast<std::size_t>(std::countr_zero(special));
      out.set_at(to + i);
      return write_escaped(out, text + i, text + size);
    }
    if (i < size) {  // the last sixteen, some of them again
      const bytes16 block = bytes16::load(text + size - 16);
      block.store(to + size - 16);
      if (block.special() != 0) {
        out.set_at(to + i);
        return write_escaped(out, text + i, text + size);
      }
    }
  }
  to[size] = '"';
  out.set_at(to + size + 1);
  return true;
}

// A str.
[[gnu::always_inline]] inline bool write_text(output& out, PyObject* text) {
  if (PyUnicode_IS_COMPACT_ASCII(text)) [[likely]]
    return write_quoted<true>(out, reinterpret_cast<const char*>(reinterpret_cast<PyASCIIObject*>(text) + 1),
                              static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)));
  return write_wide_text(out, text);
}

}  // namespace polyhost::json
