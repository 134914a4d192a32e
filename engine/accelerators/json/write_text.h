// Strings as JSON writes them: in quotes, escaped where they must be, in UTF-8.
#pragma once

#include "accelerators/json/output.h"
#include "accelerators/json/simd.h"

#include <Python.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace polyhost::json {

// All of these write at `to` and return what follows, or null with an exception set if there is no memory.

// A str that is not compact ASCII. Lone surrogates are a UnicodeEncodeError.
char* put_wide_text(output& out, char* to, PyObject* text);

// A str in ASCII alone, as the standard library escapes it: every character that is not printable ASCII by
// its UTF-16.
char* put_ascii_text(output& out, char* to, PyObject* text);

// The rest of a text from the first byte that must be escaped; room for its closing quote is left.
char* put_escaped(output& out, char* to, const char* text, const char* end);

// How many bytes behind a text's end its writing may touch, quotes included. Other values reserve as many,
// for the separators that follow.
inline constexpr std::size_t text_slack = 32;

namespace detail {

// Copies a text of up to sixteen bytes: the first and the last of them, some perhaps twice. Whether nothing
// in it must be escaped.
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
// are its other fields. Sixteen bytes are written. Nothing depends on the size but where they are read.
[[gnu::always_inline]] inline bool copy_short_of_str(char* to, const char* text, std::size_t size) {
  const bytes16 last = bytes16::load(text + size - 16);
  last.from(16 - size).store(to);
  return last.special() >> (16 - size) == 0;
}

}  // namespace detail

// Any text in valid UTF-8, in quotes. `is_in_str`: it is that of a str.
template <bool is_in_str = false>
[[gnu::always_inline]] inline char* put_quoted(output& out, char* to, const char* text, std::size_t size) {
  to = out.reserve(to, size + text_slack);
  if (to == nullptr) [[unlikely]]
    return nullptr;
  *to++ = '"';
  if (size <= 16) {
    const bool is_plain =
        is_in_str ? detail::copy_short_of_str(to, text, size) : detail::copy_short(to, text, size);
    if (!is_plain) [[unlikely]]
      return put_escaped(out, to, text, text + size);
  } else {
    const std::size_t last = size - 16;
    std::size_t i = 0;
    do {
      const bytes16 block = bytes16::load(text + i);
      block.store(to + i);
      if (block.special() != 0) return put_escaped(out, to + i, text + i, text + size);
      i += 16;
    } while (i < last);
    const bytes16 block = bytes16::load(text + last);  // some of it again
    block.store(to + last);
    if (block.special() != 0) return put_escaped(out, to + i, text + i, text + size);
  }
  to[size] = '"';
  return to + size + 1;
}

// A str.
[[gnu::always_inline]] inline char* put_text(output& out, char* to, PyObject* text) {
  if (PyUnicode_IS_COMPACT_ASCII(text)) [[likely]]
    return put_quoted<true>(out, to,
                            reinterpret_cast<const char*>(reinterpret_cast<PyASCIIObject*>(text) + 1),
                            static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)));
  return put_wide_text(out, to, text);
}

}  // namespace polyhost::json
