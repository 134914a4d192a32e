// The snapshots that reports are tested on.
#pragma once

#include "record/snapshot.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyhost::test {

inline constexpr auto huge = std::numeric_limits<std::uint64_t>::max();

inline record::Snapshot run(std::string script, std::vector<record::Function> functions) {
  return {.script = std::move(script),
          .wall_ns = 1'234'567'890,
          .clock = {.source = "tsc", .ns_per_tick = 0.38, .resolution_ns = 10},
          .timing = "exact",
          .cost = {.per_call_ns = 28.4, .per_split_ns = 55.0, .call_site_ns = 12.5},
          .functions = std::move(functions)};
}

// Called from Python, every call timed and split.
inline record::Function inbound(std::string name, std::uint64_t calls, std::uint64_t python_ns,
                                std::uint64_t native_ns) {
  return {.name = std::move(name),
          .calls = calls,
          .python_ns = python_ns,
          .native_ns = native_ns,
          .crossing_ns = python_ns - native_ns,
          .self_ns = native_ns,
          .p50_ns = python_ns / calls,
          .p99_ns = 3 * (python_ns / calls),
          .timed = calls,
          .split = calls};
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace polyhost::test
