// Who is told of calls, beside their records. Found at import (runtime.hpp). No Python.
#pragma once

#include <polyhost/abi.h>

namespace polyhost::detail {

// Of every timed call: the host's trace, if one is asked for. Else null, and a call pays for no more than the
// question.
using observer = decltype(polyhost_table::observe);
[[gnu::visibility("hidden")]] inline constinit observer observe = nullptr;

// Of one in many that are split: who looks at the line of Python that has made the call. Null without a host.
using looker = decltype(polyhost_table::look);
[[gnu::visibility("hidden")]] inline constinit looker look = nullptr;

}  // namespace polyhost::detail
