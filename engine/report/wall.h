// Where a run's wall time went: Python, native code, and the crossings between them.
#pragma once

#include "record/snapshot.h"

#include <cstdint>

namespace polyhost::report {

// Nanoseconds. The three add up to the snapshot's wall_ns if `python_known`: `python_ns` is then all that is
// not in the other two (Python's own work, its start, waits), callbacks included. It is not known where other
// threads crossed the border, too, since theirs add up beside each other.
struct Wall {
  std::uint64_t python_ns = 0;
  std::uint64_t native_ns = 0;    // inside native functions, without what they called back
  std::uint64_t crossing_ns = 0;  // of all crossings, in both directions
  bool python_known = false;
};

Wall split_wall(const record::Snapshot& snapshot);

}  // namespace polyhost::report
