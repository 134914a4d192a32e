// The modules that ship with polyhost, as the program carries them. Under python3 each is a plugin of its
// own.
#pragma once

namespace polyhost::accelerators {

// Makes them importable; Python must not run yet.
void register_modules();

}  // namespace polyhost::accelerators
