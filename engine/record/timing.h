// The timing modes by their names. What they do: polyhost/abi.h.
#pragma once

#include <polyhost/abi.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace polyhost::record {

inline constexpr std::array<std::string_view, POLYHOST_TIMING_COUNT> timing_names{"exact", "full", "sampled",
                                                                                  "off"};

constexpr std::string_view text(polyhost_timing timing) {
  return timing_names[static_cast<std::size_t>(timing)];
}

// None for a name that is not one.
constexpr std::optional<polyhost_timing> timing_of(std::string_view name) {
  for (std::size_t i = 0; i < timing_names.size(); ++i) {
    if (timing_names[i] == name) return static_cast<polyhost_timing>(i);
  }
  return std::nullopt;
}

}  // namespace polyhost::record
