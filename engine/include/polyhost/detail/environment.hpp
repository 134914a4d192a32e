// What the environment says. No Python.
#pragma once

#include <cstdlib>

namespace polyhost::detail {

// True if that variable asks for something: it is set, and neither empty nor "0".
inline bool environment_wants(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] != '\0' && (value[0] != '0' || value[1] != '\0');
}

inline bool environment_wants_report() { return environment_wants("POLYHOST_REPORT"); }

}  // namespace polyhost::detail
