// One pass that checks and decodes at once, into memory that is kept; the str is made when its width is
// known.
#include "accelerators/json/decode.h"

#include <cstdint>
#include <cstring>
#include <new>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace polyhost::json {

namespace {

// Longer text is decoded by Python, which needs no second copy of it.
constexpr std::size_t longest = std::size_t{1} << 16U;

constexpr bool is_continuation(unsigned char byte) { return (byte & 0xc0U) == 0x80; }

// One character that is not ASCII: its code, and `at` behind it; or `invalid`, and `at` as it was.
constexpr Py_UCS4 invalid = 0xffffffff;
Py_UCS4 decode_one(const unsigned char*& at, const unsigned char* end) {
  const unsigned char lead = *at;
  const auto left = static_cast<std::size_t>(end - at);
  if (lead >= 0xe0 && lead < 0xf0) {
    if (left < 3 || !is_continuation(at[1]) || !is_continuation(at[2])) return invalid;
    const Py_UCS4 code = ((lead & 0x0fU) << 12U) | ((at[1] & 0x3fU) << 6U) | (at[2] & 0x3fU);
    if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) return invalid;
    at += 3;
    return code;
  }
  if (lead >= 0xc2 && lead < 0xe0) {
    if (left < 2 || !is_continuation(at[1])) return invalid;
    const Py_UCS4 code = ((lead & 0x1fU) << 6U) | (at[1] & 0x3fU);
    at += 2;
    return code;
  }
  if (lead >= 0xf0 && lead < 0xf5) {
    if (left < 4 || !is_continuation(at[1]) || !is_continuation(at[2]) || !is_continuation(at[3]))
      return invalid;
    const Py_UCS4 code =
        ((lead & 0x07U) << 18U) | ((at[1] & 0x3fU) << 12U) | ((at[2] & 0x3fU) << 6U) | (at[3] & 0x3fU);
    if (code < 0x10000 || code > 0x10ffff) return invalid;
    at += 4;
    return code;
  }
  return invalid;
}

#if defined(__SSSE3__)
// Sixteen bytes that are ASCII, as so many characters. False if they are not.
bool widen_ascii(const unsigned char* at, Py_UCS2* to) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  if (_mm_movemask_epi8(bytes) != 0) return false;
  const __m128i zero = _mm_setzero_si128();
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_unpacklo_epi8(bytes, zero));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 8), _mm_unpackhi_epi8(bytes, zero));
  return true;
}

// Four characters of three bytes each. False if they are not, or not valid. Reads 16 bytes, writes 8.
bool decode_four(const unsigned char* at, Py_UCS2* to) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  // Each byte's high bits: 1110 leads, 10 continues.
  const __m128i kind_mask =
      _mm_setr_epi8(char(0xf0), char(0xc0), char(0xc0), char(0xf0), char(0xc0), char(0xc0), char(0xf0),
                    char(0xc0), char(0xc0), char(0xf0), char(0xc0), char(0xc0), 0, 0, 0, 0);
  const __m128i kinds =
      _mm_setr_epi8(char(0xe0), char(0x80), char(0x80), char(0xe0), char(0x80), char(0x80), char(0xe0),
                    char(0x80), char(0x80), char(0xe0), char(0x80), char(0x80), 0, 0, 0, 0);
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(bytes, kind_mask), kinds)) != 0xffff) return false;
  constexpr char none = char(0x80);
  const __m128i first = _mm_shuffle_epi8(bytes, _mm_setr_epi8(0, none, 3, none, 6, none, 9, none, none, none,
                                                              none, none, none, none, none, none));
  const __m128i second = _mm_shuffle_epi8(bytes, _mm_setr_epi8(1, none, 4, none, 7, none, 10, none, none,
                                                               none, none, none, none, none, none, none));
  const __m128i third = _mm_shuffle_epi8(bytes, _mm_setr_epi8(2, none, 5, none, 8, none, 11, none, none, none,
                                                              none, none, none, none, none, none));
  const __m128i six = _mm_set1_epi16(0x3f);
  const __m128i codes =
      _mm_or_si128(_mm_slli_epi16(first, 12),
                   _mm_or_si128(_mm_slli_epi16(_mm_and_si128(second, six), 6), _mm_and_si128(third, six)));
  const __m128i high = _mm_and_si128(codes, _mm_set1_epi16(static_cast<short>(0xf800)));
  const __m128i too_short = _mm_cmpeq_epi16(high, _mm_setzero_si128());
  const __m128i surrogate = _mm_cmpeq_epi16(high, _mm_set1_epi16(static_cast<short>(0xd800)));
  if ((_mm_movemask_epi8(_mm_or_si128(too_short, surrogate)) & 0xff) != 0) return false;
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), codes);
  return true;
}
#endif

PyObject* made_of(const Py_UCS2* codes, std::size_t count, Py_UCS4 all_bits) {
  const bool narrow = all_bits < 0x100;
  PyObject* const made = PyUnicode_New(static_cast<Py_ssize_t>(count), narrow ? 0xff : 0xffff);
  if (made == nullptr) return nullptr;
  if (narrow) {
    auto* const to = PyUnicode_1BYTE_DATA(made);
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Py_UCS1>(codes[i]);
  } else {
    std::memcpy(PyUnicode_2BYTE_DATA(made), codes, count * sizeof *codes);
  }
  return made;
}

PyObject* made_of(const Py_UCS4* codes, std::size_t count) {
  PyObject* const made = PyUnicode_New(static_cast<Py_ssize_t>(count), 0x10ffff);
  if (made != nullptr) std::memcpy(PyUnicode_4BYTE_DATA(made), codes, count * sizeof *codes);
  return made;
}

PyObject* decode_by_python(const char* text, std::size_t size) {
  PyObject* const made = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size), nullptr);
  if (made == nullptr && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError) != 0) PyErr_Clear();
  return made;
}

}  // namespace

PyObject* decoder::decode(const char* text, std::size_t size) {
  if (size > longest) return decode_by_python(text, size);
  if (!room_) room_.reset(new (std::nothrow) std::byte[longest * sizeof(Py_UCS4)]);
  if (!room_) return PyErr_NoMemory();
  const auto* at = reinterpret_cast<const unsigned char*>(text);
  const unsigned char* const end = at + size;
  auto* const narrow = reinterpret_cast<Py_UCS2*>(room_.get());  // bytes may hold either
  std::size_t count = 0;
  Py_UCS4 all_bits = 0;
  while (at < end) {
#if defined(__SSSE3__)
    while (end - at >= 16) {
      if (decode_four(at, narrow + count)) {
        all_bits |= 0x800;
        count += 4;
        at += 12;
      } else if (widen_ascii(at, narrow + count)) {
        count += 16;
        at += 16;
      } else {
        break;
      }
    }
    if (at == end) break;
#endif
    if (*at < 0x80) {
      narrow[count++] = *at++;
      continue;
    }
    if (*at >= 0xf0) break;
    const Py_UCS4 code = decode_one(at, end);
    if (code == invalid) return nullptr;
    all_bits |= code;
    narrow[count++] = static_cast<Py_UCS2>(code);
  }
  if (at == end) return made_of(narrow, count, all_bits);
  // Beyond 16 bits: what there is becomes wider, from its end, and so does the rest.
  auto* const wide = reinterpret_cast<Py_UCS4*>(room_.get());
  for (std::size_t i = count; i-- > 0;) {
    const Py_UCS2 code = narrow[i];
    wide[i] = code;
  }
  while (at < end) {
    const Py_UCS4 code = *at < 0x80 ? *at++ : decode_one(at, end);
    if (code == invalid) return nullptr;
    wide[count++] = code;
  }
  return made_of(wide, count);
}

std::size_t valid_utf8_prefix(const char* text, std::size_t size) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(text);
  const unsigned char* at = begin;
  const unsigned char* const end = begin + size;
  while (at < end) {
    if (*at < 0x80) {
      ++at;
    } else if (decode_one(at, end) == invalid) {
      break;
    }
  }
  return static_cast<std::size_t>(at - begin);
}

}  // namespace polyhost::json
