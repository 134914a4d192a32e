// The one place the version stands; CMake reads it from here.
#pragma once

#define POLYHOST_VERSION "0.1.0"
