// Sixteen decimal digits as text. All are found at once: two numbers are halved three times, in all parts at
// the same time, and each division is a multiplication that is exact for what the parts can be.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace polyhost::json {

#if defined(__SSE2__)

// Those of two numbers below 10^8, with zeros in front.
class sixteen_digits {
 public:
  sixteen_digits(std::uint32_t first, std::uint32_t second) {
    const __m128i eights = _mm_set_epi64x(second, first);
    const __m128i high_fours = _mm_srli_epi64(_mm_mul_epu32(eights, _mm_set1_epi64x(3518437209)), 45);
    const __m128i low_fours = _mm_sub_epi32(eights, _mm_mul_epu32(high_fours, _mm_set1_epi64x(10000)));
    const __m128i fours = _mm_or_si128(high_fours, _mm_slli_epi64(low_fours, 32));
    const __m128i hundreds = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi32(5243)), 3);
    const __m128i units = _mm_sub_epi16(fours, _mm_mullo_epi16(hundreds, _mm_set1_epi32(100)));
    const __m128i twos = _mm_or_si128(hundreds, _mm_slli_epi32(units, 16));
    const __m128i tens = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554));
    const __m128i ones = _mm_sub_epi16(twos, _mm_mullo_epi16(tens, _mm_set1_epi16(10)));
    digits_ = _mm_or_si128(tens, _mm_slli_epi16(ones, 8));
  }

  [[nodiscard]] int zeros_at_end() const {
    const auto zeros =
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits_, _mm_setzero_si128())));
    return std::countl_one(zeros << 16U);
  }

  // Sixteen bytes.
  void put(char* to) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), text()); }
  // Those from the one at `index` on. Sixteen bytes are written anyway.
#if defined(__SSSE3__)
  void put_from(int index, char* to) const {
    alignas(16) static constexpr std::array<std::uint8_t, 32> shifts = {0, 1, 2,  3,  4,  5,  6,  7,
                                                                        8, 9, 10, 11, 12, 13, 14, 15};
    const __m128i shift = _mm_loadu_si128(reinterpret_cast<const __m128i*>(shifts.data() + index));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(text(), shift));
  }
#else
  void put_from(int index, char* to) const {
    char all[32]{};
    put(all);
    std::memcpy(to, all + index, 16);
  }
#endif

 private:
  [[nodiscard]] __m128i text() const { return _mm_add_epi8(digits_, _mm_set1_epi8('0')); }
  __m128i digits_;
};

#else

// The same, one by one.
class sixteen_digits {
 public:
  sixteen_digits(std::uint32_t first, std::uint32_t second) {
    for (int i = 7; i >= 0; --i, first /= 10, second /= 10) {
      text_[i] = static_cast<char>('0' + first % 10);
      text_[i + 8] = static_cast<char>('0' + second % 10);
    }
  }

  [[nodiscard]] int zeros_at_end() const {
    int zeros = 0;
    while (zeros < 16 && text_[15 - zeros] == '0') ++zeros;
    return zeros;
  }

  void put(char* to) const { std::memcpy(to, text_, 16); }
  void put_from(int index, char* to) const { std::memcpy(to, text_ + index, 16); }

 private:
  char text_[32]{};
};

#endif

}  // namespace polyhost::json
