// The process's clock, chosen once by the host. What a moment is, and the length of a tick, is
// polyhost/detail/clock.hpp's: plugins under plain python3 need it, too.
#pragma once

#include <polyhost/detail/clock.hpp>

#include <string>

namespace polyhost::base {

// Chooses the process's clock; called once, before the first tick.
inline void choose_clock() { detail::clock_in_use = detail::best_clock(); }

using Moment = detail::moment;
using detail::now;
using detail::ns_per_tick_since;
using detail::smallest_step;
inline std::string clock_source() { return detail::clock_source(); }

}  // namespace polyhost::base
