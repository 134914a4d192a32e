// Numbers as JSON writes them.
#pragma once

#include "accelerators/json/output.h"

#include <cstddef>
#include <cstdint>

namespace polyhost::json {

// How floats read.
enum class float_style : std::uint8_t {
  json,         // 0.00001, 1e-6, 1e+16
  json_single,  // of 32 bits or less: 0.000001, 1e-7, 1e+13
  python,       // as repr: 0.0001, 1e-05, 1e+16
};

inline constexpr std::size_t longest_number = 48;  // in bytes, with what may be written behind it

// Write to `to`, where there is room for longest_number; what follows is returned.
char* put_integer(char* to, std::uint64_t magnitude, bool is_negative);
// A float with the fewest digits that tell it from all others; "null" for what is not finite.
// Source: shortest.h, and for what that leaves J. Jeon, "Dragonbox", 2020.
char* put_double(char* to, double number, float_style style);
char* put_float(char* to, float number);

}  // namespace polyhost::json
