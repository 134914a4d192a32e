// In which order a report lists functions: by what --sort names.
#pragma once

#include "record/snapshot.h"

#include <string>
#include <string_view>
#include <vector>

namespace polyhost::report {

inline constexpr std::string_view default_order = "crossing";

// True for "crossing", "calls", "errors", "python", "native", "self", "per-call", "share", "p50", "p99" or
// "name".
bool is_order(std::string_view name);
// Those names, for a message.
std::string orders();

// The functions, the greatest of that value first, and by their names where it is the same. `order` is one of
// those above.
std::vector<record::Function> sorted(std::vector<record::Function> functions, std::string_view order);

}  // namespace polyhost::report
