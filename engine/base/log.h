// What the host itself has to say, on stderr. The only door to spdlog.
// POLYHOST_LOG=debug shows what the host does; the default shows errors.
#pragma once

#include <string_view>

namespace polyhost::base {

// "polyhost: TEXT". Cheap to link, set up on first use; never throws.
void log_error(std::string_view text);
void log_debug(std::string_view text);

}  // namespace polyhost::base
