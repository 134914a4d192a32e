// What measuring itself costs.
#pragma once

#include <polyhost/abi.h>

namespace polyhost::record {

// In ticks.
struct MeasuringCost {
  double per_call = 0.0;   // what timing and counting add to a short call in that mode, on average
  double per_split = 0.0;  // what they add to a call that takes all four ticks
};

// Measured now, on a record of its own, the empty loop subtracted; medians of several passes.
MeasuringCost measure_cost(polyhost_timing timing);

}  // namespace polyhost::record
