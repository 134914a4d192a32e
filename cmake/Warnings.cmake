# The warnings that our own code is held to: polyhost_warnings, an interface target.
add_library(polyhost_warnings INTERFACE)
target_compile_options(polyhost_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
