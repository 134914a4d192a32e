// Escapes, and str of other kinds than ASCII.
#include "accelerators/json/write_text.h"

#include "accelerators/json/errors.h"
#include "accelerators/json/utf8.h"

#include <algorithm>
#include <bit>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace polyhost::json {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

// At most six bytes.
char* put_escape(char* to, unsigned char c) {
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *to++ = static_cast<char>(c);
      return to;
    case '\b':
      *to++ = 'b';
      return to;
    case '\t':
      *to++ = 't';
      return to;
    case '\n':
      *to++ = 'n';
      return to;
    case '\f':
      *to++ = 'f';
      return to;
    case '\r':
      *to++ = 'r';
      return to;
    default:
      break;
  }
  std::copy_n("u00", 3, to);
  to[3] = hex_digits[c >> 4U];
  to[4] = hex_digits[c & 15U];
  return to + 5;
}

constexpr bool must_escape(std::uint32_t c) { return c < 0x20 || c == '"' || c == '\\'; }

char* put_utf16(char* to, std::uint32_t code) {
  *to++ = '\\';
  *to++ = 'u';
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    *to++ = hex_digits[(code >> shift) & 15U];
  }
  return to;
}

// At most twelve bytes.
char* put_ascii(char* to, std::uint32_t code) {
  if (must_escape(code)) return put_escape(to, static_cast<unsigned char>(code));
  if (code < 0x7f) {
    *to = static_cast<char>(code);
    return to + 1;
  }
  if (code < 0x10000) return put_utf16(to, code);
  code -= 0x10000;
  return put_utf16(put_utf16(to, 0xd800 + (code >> 10U)), 0xdc00 + (code & 0x3ffU));
}

char* refuse_surrogates(PyObject* text) {
  Py_XDECREF(PyUnicode_AsUTF8String(text));  // raises the cause
  raise_surrogates();
  return nullptr;
}

#if defined(__SSSE3__)
// Eight characters from U+0800 on, none of them a surrogate, as 24 bytes. False if they are not that.
// Writes 28.
bool encode_eight(const Py_UCS2* from, char* to) {
  const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i high = _mm_and_si128(codes, _mm_set1_epi16(static_cast<short>(0xf800)));
  const __m128i others = _mm_or_si128(_mm_cmpeq_epi16(high, _mm_setzero_si128()),
                                      _mm_cmpeq_epi16(high, _mm_set1_epi16(static_cast<short>(0xd800))));
  if (_mm_movemask_epi8(others) != 0) return false;
  const __m128i six = _mm_set1_epi16(0x3f);
  const __m128i continues = _mm_set1_epi16(0x80);
  const __m128i first = _mm_or_si128(_mm_srli_epi16(codes, 12), _mm_set1_epi16(0xe0));
  const __m128i second = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(codes, 6), six), continues);
  const __m128i third = _mm_or_si128(_mm_and_si128(codes, six), continues);
  const __m128i first_two = _mm_or_si128(first, _mm_slli_epi16(second, 8));
  // Of four characters each: first and second bytes in pairs, then the third ones.
  const __m128i low = _mm_unpacklo_epi64(first_two, _mm_packus_epi16(third, third));
  const __m128i high_part =
      _mm_unpacklo_epi64(_mm_srli_si128(first_two, 8), _mm_srli_si128(_mm_packus_epi16(third, third), 4));
  const __m128i order = _mm_setr_epi8(0, 1, 8, 2, 3, 9, 4, 5, 10, 6, 7, 11, -1, -1, -1, -1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(low, order));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 12), _mm_shuffle_epi8(high_part, order));
  return true;
}

// Eight characters that are ASCII and need no escape. False if they are not that.
bool narrow_eight(const Py_UCS2* from, char* to) {
  const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  if (_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_and_si128(codes, _mm_set1_epi16(static_cast<short>(0xff80))),
                                        _mm_setzero_si128())) != 0xffff)
    return false;
  const __m128i bytes = _mm_packus_epi16(codes, codes);
  alignas(16) char all[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
  if (bytes16::load(all).special() != 0) return false;
  std::memcpy(to, all, 8);
  return true;
}
#endif

// Text is written in pieces, so that the most that it might need is not reserved for all of it at once.
constexpr std::size_t piece = std::size_t{1} << 14U;
constexpr std::size_t widest = 6;  // bytes for a character, or for a byte that is escaped

// At most `piece` characters.
template <class Character>
char* encode_piece(output& out, char* to, PyObject* text, const Character* from, std::size_t size) {
  to = out.reserve(to, size * widest + text_slack);
  if (to == nullptr) return nullptr;
  const Character* const end = from + size;
  while (from < end) {
#if defined(__SSSE3__)
    if constexpr (sizeof(Character) == 2) {
      while (end - from >= 8) {
        if (encode_eight(from, to)) {
          to += 24;
        } else if (narrow_eight(from, to)) {
          to += 8;
        } else {
          break;
        }
        from += 8;
      }
      if (from == end) break;
    }
#endif
    const std::uint32_t code = *from++;
    if (must_escape(code)) {
      to = put_escape(to, static_cast<unsigned char>(code));
    } else if (code >= 0xd800 && code <= 0xdfff) {
      return refuse_surrogates(text);
    } else {
      to = put_utf8(to, code);
    }
  }
  return to;
}

template <class Character>
char* encode(output& out, char* to, PyObject* text, const Character* from, std::size_t size) {
  while (size > piece) {
    to = encode_piece(out, to, text, from, piece);
    if (to == nullptr) return nullptr;
    from += piece;
    size -= piece;
  }
  return encode_piece(out, to, text, from, size);
}

// At most `piece` bytes.
char* escape_piece(output& out, char* to, const char* text, const char* end) {
  to = out.reserve(to, static_cast<std::size_t>(end - text) * widest + text_slack);
  if (to == nullptr) return nullptr;
  while (text < end) {
    if (end - text >= 16) {
      const bytes16 block = bytes16::load(text);
      block.store(to);
      const std::uint32_t special = block.special();
      const int plain = special == 0 ? 16 : std::countr_zero(special);
      text += plain;
      to += plain;
      if (special == 0) continue;
    }
    const auto c = static_cast<unsigned char>(*text++);
    if (must_escape(c)) {
      to = put_escape(to, c);
    } else {
      *to++ = static_cast<char>(c);
    }
  }
  return to;
}

}  // namespace

char* put_escaped(output& out, char* to, const char* text, const char* end) {
  for (; static_cast<std::size_t>(end - text) > piece; text += piece) {
    to = escape_piece(out, to, text, text + piece);
    if (to == nullptr) return nullptr;
  }
  to = escape_piece(out, to, text, end);
  if (to != nullptr) *to++ = '"';
  return to;
}

char* put_ascii_text(output& out, char* to, PyObject* text) {
  if (PyUnicode_READY(text) != 0) return nullptr;
  const int kind = PyUnicode_KIND(text);
  const void* const data = PyUnicode_DATA(text);
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
  to = out.reserve(to, text_slack);
  if (to == nullptr) return nullptr;
  *to++ = '"';
  for (std::size_t done = 0; done < size;) {
    const std::size_t end = done + std::min(size - done, piece);
    to = out.reserve(to, (end - done) * 2 * widest + text_slack);
    if (to == nullptr) return nullptr;
    for (; done < end; ++done) to = put_ascii(to, PyUnicode_READ(kind, data, static_cast<Py_ssize_t>(done)));
  }
  *to++ = '"';
  return to;
}

char* put_wide_text(output& out, char* to, PyObject* text) {
  if (PyUnicode_IS_COMPACT(text) && !PyUnicode_IS_ASCII(text)) {
    const auto* const wide = reinterpret_cast<PyCompactUnicodeObject*>(text);
    if (wide->utf8 != nullptr)
      return put_quoted(out, to, wide->utf8, static_cast<std::size_t>(wide->utf8_length));
  }
  if (PyUnicode_READY(text) != 0) return nullptr;
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
  to = out.reserve(to, text_slack);
  if (to == nullptr) return nullptr;
  *to++ = '"';
  switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
      to = encode(out, to, text, PyUnicode_1BYTE_DATA(text), size);
      break;
    case PyUnicode_2BYTE_KIND:
      to = encode(out, to, text, PyUnicode_2BYTE_DATA(text), size);
      break;
    default:
      to = encode(out, to, text, PyUnicode_4BYTE_DATA(text), size);
      break;
  }
  if (to != nullptr) *to++ = '"';
  return to;
}

}  // namespace polyhost::json
