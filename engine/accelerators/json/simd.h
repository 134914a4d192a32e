// Sixteen bytes at a time: which of them are of a kind, as a bit mask (bit 0: the first byte).
// SSE2 and NEON; elsewhere byte by byte. Not a place for what has only one user.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace polyhost::json {

#if defined(__SSE2__)

class bytes16 {
 public:
  explicit bytes16(__m128i value) : value_(value) {}
  static bytes16 load(const void* from) {
    return bytes16(_mm_loadu_si128(static_cast<const __m128i*>(from)));
  }
  void store(void* to) const { _mm_storeu_si128(static_cast<__m128i*>(to), value_); }
  // The bytes from the one at `index` on, of 0 to 16; what follows them is undefined.
#if defined(__SSSE3__)
  [[nodiscard]] bytes16 from(std::size_t index) const {
    alignas(16) static constexpr std::array<std::uint8_t, 32> shifts = {0, 1, 2,  3,  4,  5,  6,  7,
                                                                        8, 9, 10, 11, 12, 13, 14, 15};
    const auto* const shift = reinterpret_cast<const __m128i*>(shifts.data() + index);
    return bytes16(_mm_shuffle_epi8(value_, _mm_loadu_si128(shift)));
  }
#else
  [[nodiscard]] bytes16 from(std::size_t index) const {
    char all[32]{};
    store(all);
    return load(all + index);
  }
#endif
  [[nodiscard]] std::uint32_t equal_to(char byte) const { return mask(_mm_cmpeq_epi8(value_, all(byte))); }
  [[nodiscard]] std::uint32_t equal_to(bytes16 other) const {
    return mask(_mm_cmpeq_epi8(value_, other.value_));
  }
  // Those of 0x80 and more.
  [[nodiscard]] std::uint32_t not_ascii() const { return mask(value_); }
  [[nodiscard]] std::uint32_t not_digits() const {
    const __m128i digit = _mm_sub_epi8(value_, all('0'));
    return mask(_mm_cmpeq_epi8(_mm_max_epu8(digit, all(10)), digit));
  }
  // Quote, backslash, control character: what a JSON string cannot have as it is.
  [[nodiscard]] std::uint32_t special() const { return mask(is_special()); }
  // special() or not_ascii().
  [[nodiscard]] std::uint32_t special_or_not_ascii() const {
    return mask(_mm_or_si128(is_special(), value_));
  }

 private:
  static __m128i all(char byte) { return _mm_set1_epi8(byte); }
  static std::uint32_t mask(__m128i lanes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)); }
  [[nodiscard]] __m128i is_special() const {
    const __m128i quote = _mm_cmpeq_epi8(value_, all('"'));
    const __m128i backslash = _mm_cmpeq_epi8(value_, all('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(value_, all(0x1f)), value_);
    return _mm_or_si128(_mm_or_si128(quote, backslash), control);
  }
  __m128i value_;
};

#elif defined(__aarch64__)

class bytes16 {
 public:
  static bytes16 load(const void* from) { return bytes16(vld1q_u8(static_cast<const std::uint8_t*>(from))); }
  void store(void* to) const { vst1q_u8(static_cast<std::uint8_t*>(to), value_); }
  [[nodiscard]] bytes16 from(std::size_t index) const {
    const uint8x16_t numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return bytes16(vqtbl1q_u8(value_, vaddq_u8(numbers, vdupq_n_u8(static_cast<std::uint8_t>(index)))));
  }
  [[nodiscard]] std::uint32_t equal_to(char byte) const { return mask(vceqq_u8(value_, all(byte))); }
  [[nodiscard]] std::uint32_t equal_to(bytes16 other) const { return mask(vceqq_u8(value_, other.value_)); }
  [[nodiscard]] std::uint32_t not_ascii() const { return mask(vcgeq_u8(value_, vdupq_n_u8(0x80))); }
  [[nodiscard]] std::uint32_t not_digits() const {
    return mask(vcgeq_u8(vsubq_u8(value_, vdupq_n_u8('0')), vdupq_n_u8(10)));
  }
  [[nodiscard]] std::uint32_t special() const { return mask(is_special()); }
  [[nodiscard]] std::uint32_t special_or_not_ascii() const {
    return mask(vorrq_u8(is_special(), vcgeq_u8(value_, vdupq_n_u8(0x80))));
  }

 private:
  explicit bytes16(uint8x16_t value) : value_(value) {}
  static uint8x16_t all(char byte) { return vdupq_n_u8(static_cast<std::uint8_t>(byte)); }
  static std::uint32_t mask(uint8x16_t lanes) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vandq_u8(lanes, weights);
    return static_cast<std::uint32_t>(vaddv_u8(vget_low_u8(bits))) |
           (static_cast<std::uint32_t>(vaddv_u8(vget_high_u8(bits))) << 8U);
  }
  [[nodiscard]] uint8x16_t is_special() const {
    return vorrq_u8(vorrq_u8(vceqq_u8(value_, all('"')), vceqq_u8(value_, all('\\'))),
                    vcltq_u8(value_, vdupq_n_u8(0x20)));
  }
  uint8x16_t value_;
};

#else

class bytes16 {
 public:
  static bytes16 load(const void* from) {
    bytes16 made;
    std::memcpy(made.value_, from, sizeof made.value_);
    return made;
  }
  void store(void* to) const { std::memcpy(to, value_, sizeof value_); }
  [[nodiscard]] bytes16 from(std::size_t index) const {
    bytes16 made{};
    std::memcpy(made.value_, value_ + index, sizeof value_ - index);
    return made;
  }
  [[nodiscard]] std::uint32_t equal_to(char byte) const {
    return mask([&](std::uint8_t b, int) { return b == static_cast<std::uint8_t>(byte); });
  }
  [[nodiscard]] std::uint32_t equal_to(const bytes16& other) const {
    return mask([&](std::uint8_t b, int i) { return b == other.value_[i]; });
  }
  [[nodiscard]] std::uint32_t not_ascii() const {
    return mask([](std::uint8_t b, int) { return b >= 0x80; });
  }
  [[nodiscard]] std::uint32_t not_digits() const {
    return mask([](std::uint8_t b, int) { return b < '0' || b > '9'; });
  }
  [[nodiscard]] std::uint32_t special() const {
    return mask([](std::uint8_t b, int) { return b == '"' || b == '\\' || b < 0x20; });
  }
  [[nodiscard]] std::uint32_t special_or_not_ascii() const { return special() | not_ascii(); }

 private:
  template <class Test>
  std::uint32_t mask(Test test) const {
    std::uint32_t bits = 0;
    for (int i = 0; i < 16; ++i)
      bits |= static_cast<std::uint32_t>(test(value_[i], i)) << static_cast<unsigned>(i);
    return bits;
  }
  std::uint8_t value_[16];
};

#endif

}  // namespace polyhost::json
