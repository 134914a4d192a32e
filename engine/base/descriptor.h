// Descriptors that are kept beside the script's.
#pragma once

#include <fcntl.h>

namespace polyhost::base {

// Above what scripts count on: the lowest free descriptor is the one they get next.
inline constexpr int lowest_descriptor = 64;

// A second descriptor of the same file, out of the script's way, closed on exec; -1, and errno, if there is
// no room.
inline int duplicate_out_of_the_way(int descriptor) {
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, lowest_descriptor);
}

}  // namespace polyhost::base
