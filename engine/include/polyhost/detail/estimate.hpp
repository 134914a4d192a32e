// From the calls of a record that were timed to all of its calls. No Python.
#pragma once

#include <polyhost/abi.h>

namespace polyhost::detail {

// In ticks. Where only some calls were split, or timed, the sums are estimates without bias.
struct totals {
  double calls = 0;
  double lost = 0;   // of these, calls that were not timed because a tick moved backwards
  double timed = 0;  // calls whose whole was timed
  double split = 0;  // calls that took all four ticks
  double outer = 0;
  double inner = 0;
  double convert_in = 0;
  double gil_wait = 0;
  double nested = 0;
  double standard_error = 0;  // of `outer`; 0 if every call was timed; all of it where it is not known

  totals& operator+=(const totals& other);
};

totals estimate_totals(const polyhost_record& counts);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/estimate.hpp>
#endif
