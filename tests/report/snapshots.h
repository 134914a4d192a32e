// The snapshots that reports are tested on.
#pragma once

#include "record/snapshot.h"

#include <cstdint>
#include <limits>
#include <string>
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

}  // namespace polyhost::test
