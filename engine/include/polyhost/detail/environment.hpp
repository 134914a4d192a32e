// What the environment says. No Python.
#pragma once

#include <cstdlib>

namespace polyhost::detail {

// True if POLYHOST_REPORT asks for a report: it is set, and neither empty nor "0".
inline bool environment_wants_report() {
  const char* value = std::getenv("POLYHOST_REPORT");
  return value != nullptr && value[0] != '\0' && (value[0] != '0' || value[1] != '\0');
}

}  // namespace polyhost::detail
