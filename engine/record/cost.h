// What measuring itself costs.
#pragma once

namespace polyhost::record {

// Ticks that timing and counting add to one call: the four ticks and the update of a record, measured
// now on a record of its own, the empty loop subtracted; the median of several passes.
double measure_cost();

}  // namespace polyhost::record
