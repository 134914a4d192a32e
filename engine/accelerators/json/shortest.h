// The fewest decimal digits that tell a double from all others, and of those the nearest.
// Source: R. Giulietti, "The Schubfach way to render doubles", 2020, for the scale at which one or no
// multiple of ten lies nearer to the double than half way to its neighbours. Here all is compared in fixed
// point, and what is too near to tell apart is left to Dragonbox.
#pragma once

#include <fast_float/fast_float.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace polyhost::json {

// (leading * 10 + last) * 10^power
struct shortest_digits {
  std::uint64_t leading;  // 15 or 16 digits, of which the last ones may be zeros
  std::uint32_t last;     // one more digit
  int power;
};

// The power of ten for which 10^power <= 2^power_of_two < 10^(power+1).
constexpr int power_below(int power_of_two) { return (power_of_two * 315653) >> 20; }

// For a double without sign. False for a few: zero, what is not finite, powers of two, the smallest ones, and
// where the digits are near a tie.
[[gnu::always_inline]] inline bool find_shortest(double number, shortest_digits& found) {
  using powers = fast_float::powers;
  __extension__ using wide = unsigned __int128;
  constexpr int fraction_bits = 52;
  constexpr int exponent_bias = 1023 + fraction_bits;
  const auto bits = std::bit_cast<std::uint64_t>(number);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const auto exponent = static_cast<int>(bits >> fraction_bits);
  // The number is significand * 2^power_of_two, and its neighbours are as far away on both sides.
  constexpr int most = 2046;
  constexpr int least = 49;
  static_assert(-power_below(least - exponent_bias) - 1 == powers::largest_power_of_five);
  if (static_cast<unsigned>(exponent - least) > most - least || fraction == 0) return false;
  const std::uint64_t significand = fraction | std::uint64_t{1} << fraction_bits;
  const int power_of_two = exponent - exponent_bias;

  // What follows counts in tens of 10^power, of which the number has 15 or 16 digits.
  const int power = power_below(power_of_two);
  const int ten = -power - 1;
  const int floor_log2 = (ten * 1741647) >> 19;                          // of 10^ten
  const auto shift = static_cast<unsigned>(-power_of_two - floor_log2);  // 1 to 4
  const std::uint64_t* const scale =
      powers::power_of_five_128 + std::ptrdiff_t{2} * (ten - powers::smallest_power_of_five);

  // The number, with 75 bits behind the point, the last of which may be wrong, of which 64 are taken.
  constexpr unsigned more = 11;
  const std::uint64_t scaled = significand << (more + 1 - shift);
  const wide value = static_cast<wide>(scaled) * scale[0] + ((static_cast<wide>(scaled) * scale[1]) >> 64U);
  const auto high = static_cast<std::uint64_t>(value >> 64U);
  const std::uint64_t whole = high >> more;
  // How far it is to the whole ones, and half the distance to its neighbours, which is 0.05 to 0.5.
  const std::uint64_t below = high << (64 - more) | static_cast<std::uint64_t>(value) >> more;
  const std::uint64_t above = ~below;
  const std::uint64_t half = scale[0] >> shift;
  const wide tenths = static_cast<wide>(below) * 10;
  const auto rest = static_cast<std::uint64_t>(tenths);

  // Without branches, which nothing would foretell.
  constexpr std::uint64_t slack = 16;
  constexpr std::uint64_t middle = std::uint64_t{1} << 63U;
  const auto mask = [](bool on) { return 0 - static_cast<std::uint64_t>(on); };
  const std::uint64_t is_above = mask(above < half);
  const std::uint64_t nearest = static_cast<std::uint64_t>(tenths >> 64U) + (rest > middle ? 1 : 0);
  found.leading = whole - is_above;
  found.last = static_cast<std::uint32_t>(nearest & ~(is_above | mask(below < half)));
  found.power = power;
  const bool is_near = below - half + slack <= 2 * slack || above - half + slack <= 2 * slack ||
                       rest - middle + slack <= 2 * slack;
  return !is_near;
}

}  // namespace polyhost::json
