// The Python package polyhost (scripts/polyhost), as the binary carries it. Defined by what cmake/freeze.py
// makes.
#pragma once

#include "interpreter/interpreter.h"

#include <span>

namespace polyhost::package {

std::span<const interpreter::FrozenModule> modules();

}  // namespace polyhost::package
