// From the calls of a record that were timed to all of its calls.
#pragma once

#include <polyhost/abi.h>

namespace polyhost::record {

// In ticks. Where only some calls were split, or timed, the sums are estimates without bias.
struct Totals {
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

  Totals& operator+=(const Totals& other);
};

Totals estimate_totals(const polyhost_record& counts);

}  // namespace polyhost::record
