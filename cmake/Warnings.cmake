# The warnings that our own code is held to: polyhost_warnings, an interface target.
add_library(polyhost_warnings INTERFACE)
target_compile_options(polyhost_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 sees overlaps that cannot be in std::string (its bug 105651).
  target_compile_options(polyhost_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND POLYHOST_SANITIZE)
  # What sanitizers add hides from gcc that a value is set.
  target_compile_options(polyhost_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
