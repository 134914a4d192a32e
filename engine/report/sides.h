// What reports derive from a row alone: its outer and inner side, and the calls that its times are of.
#pragma once

#include "record/snapshot.h"

#include <algorithm>
#include <cstdint>

namespace polyhost::report {

// The outer side holds the inner one, in either direction.
inline std::uint64_t outer_side(const record::Function& f) { return std::max(f.python_ns, f.native_ns); }
inline std::uint64_t inner_side(const record::Function& f) { return std::min(f.python_ns, f.native_ns); }

// 0 if all calls were lost.
inline std::uint64_t timed_calls(const record::Function& f) { return f.calls - std::min(f.lost, f.calls); }

}  // namespace polyhost::report
