// Sixteen decimal digits as text. All are found at once: two numbers are halved three times, in all parts at
// the same time, and each division is a multiplication that is exact for what the parts can be.
#pragma once

#include "accelerators/json/simd.h"

#include <bit>
#include <cstdint>
#include <cstring>

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
    // tens and 256 * ones, which is 256 * (twos - 10 * tens).
    digits_ = _mm_sub_epi16(_mm_slli_epi16(twos, 8), _mm_mullo_epi16(tens, _mm_set1_epi16(2559)));
  }

  // How many they are with the one that follows them, and without the zeros at the end.
  [[nodiscard]] unsigned count(std::uint32_t following) const {
    const auto others =
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(digits_, _mm_setzero_si128())));
    constexpr std::uint32_t seventeenth = 1U << 16U;
    return static_cast<unsigned>(std::bit_width(others | ((following + seventeenth - 1) & seventeenth) | 1U));
  }

  // Those from the one at `index` on. Sixteen bytes are written anyway.
  void put_from(unsigned index, char* to) const {
    bytes16(_mm_add_epi8(digits_, _mm_set1_epi8('0'))).from(index).store(to);
  }

 private:
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

  [[nodiscard]] unsigned count(std::uint32_t following) const {
    unsigned digits = 16;
    while (digits > 1 && text_[digits - 1] == '0') --digits;
    return following != 0 ? 17 : digits;
  }

  void put_from(unsigned index, char* to) const { std::memcpy(to, text_ + index, 16); }

 private:
  char text_[32]{};
};

#endif

}  // namespace polyhost::json
