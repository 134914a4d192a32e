// The last finder of sys.meta_path: `import kernels` finds kernels.cpp where Python finds no module.
// What happens to the source is Python's part: scripts/polyhost/toolchain.
#pragma once

namespace polyhost::toolchain {

// Appends the finder to sys.meta_path. Python must run; needs the GIL. A failure is printed, and leaves it
// away.
void install_finder();

}  // namespace polyhost::toolchain
