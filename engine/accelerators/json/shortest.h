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

// digits * 10^power
struct shortest_digits {
  std::uint64_t digits;  // 16 or 17 of them; the last ones may be zeros
  int power;
};

// For a positive, finite double. False for a few: powers of two, subnormal ones, and where the digits are
// near a tie.
[[gnu::always_inline]] inline bool find_shortest(double number, shortest_digits& found) {
  using powers = fast_float::powers;
  __extension__ using wide = unsigned __int128;
  constexpr int fraction_bits = 52;
  const auto bits = std::bit_cast<std::uint64_t>(number);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const auto exponent = static_cast<int>(bits >> fraction_bits);
  // The number is significand * 2^power_of_two, and its neighbours are as far away on both sides.
  if (exponent == 0 || fraction == 0) return false;
  const std::uint64_t significand = fraction | std::uint64_t{1} << fraction_bits;
  const int power_of_two = exponent - 1075;

  // 10^power <= 2^power_of_two < 10^(power+1)
  const int power = (power_of_two * 315653) >> 20;
  if (-power > powers::largest_power_of_five) return false;
  const int floor_log2 = (-power * 1741647) >> 19;                          // of 10^-power
  const auto shift = static_cast<unsigned>(power_of_two + floor_log2 + 1);  // 1 to 4
  const std::uint64_t* const scale =
      powers::power_of_five_128 + std::ptrdiff_t{2} * (-power - powers::smallest_power_of_five);

  // The number * 10^-power, and behind the point 64 bits of it, the last of which may be wrong.
  const std::uint64_t scaled = significand << shift;
  const wide value = static_cast<wide>(scaled) * scale[0] + ((static_cast<wide>(scaled) * scale[1]) >> 64U);
  const auto whole = static_cast<std::uint64_t>(value >> 64U);
  const auto rest = static_cast<std::uint64_t>(value);

  // How far it is to the multiples of ten, and half the distance to the neighbours, which is 0.5 to 5; with
  // 60 bits behind the point.
  constexpr std::uint64_t one = std::uint64_t{1} << 60U;
  const std::uint64_t tens = whole / 10 * 10;
  const std::uint64_t below = (whole - tens) * one + (rest >> 4U);
  const std::uint64_t above = 10 * one - below;
  const std::uint64_t half = scale[0] >> (5 - shift);

  // Without branches, which nothing would foretell.
  constexpr std::uint64_t slack = 8;
  constexpr std::uint64_t middle = std::uint64_t{1} << 63U;
  const auto choose = [](bool first, std::uint64_t a, std::uint64_t b) {
    return b ^ ((a ^ b) & (0 - static_cast<std::uint64_t>(first)));
  };
  const std::uint64_t nearest = whole + (rest > middle ? 1 : 0);
  found.digits = choose(below < half, tens, choose(above < half, tens + 10, nearest));
  found.power = power;
  const bool is_near = below - half + slack <= 2 * slack || above - half + slack <= 2 * slack ||
                       rest - middle + slack <= 2 * slack;
  return !is_near;
}

}  // namespace polyhost::json
