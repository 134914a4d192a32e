// Percentiles from a record's histogram. Filling it is account.hpp's. No Python.
#pragma once

#include <polyhost/abi.h>

#include <cstdint>

namespace polyhost::detail {

// The first duration that belongs to a bucket, in ticks.
double bucket_start(unsigned bucket);

// How many calls the histogram tells of, with those of the bucket that is not stored.
std::uint64_t timed_calls(const polyhost_record& counts);

// The duration, in ticks, that `fraction` (0 to 1) of the timed calls did not exceed. Interpolated within a
// bucket, so within 1/16 of the true value; never outside [min, max]. 0 if no call was timed.
std::uint64_t percentile(const polyhost_record& counts, double fraction);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/percentile.hpp>
#endif
