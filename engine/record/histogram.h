// Percentiles from a record's histogram. Filling it is polyhost/detail/account.hpp's.
#pragma once

#include <polyhost/abi.h>

#include <cstdint>

namespace polyhost::record {

// The duration, in ticks, that `fraction` (0 to 1) of the timed calls did not exceed. Interpolated within a
// bucket, so within 1/16 of the true value; never outside [min, max]. 0 if no call was timed.
std::uint64_t percentile(const polyhost_record& counts, double fraction);

}  // namespace polyhost::record
