// All that a native module needs, in one header: Python.h and the standard library, nothing else.
// Apart, for those who use them: arrays (array.hpp, owned_array.hpp), enumerations (enumeration.hpp),
// aggregates (record.hpp) and pybind11 classes (pybind.hpp). Not the host's own interface.
//
//   #include <polyhost/native.hpp>
//   std::int64_t fib(std::int64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
//   POLYHOST_MODULE(kernels, m) { m.def<fib>("fib(n)", "The n-th Fibonacci number."); }
#pragma once

// Before a function, in source that polyhost compiles itself (import of a .cpp, polyhost.cpp): Python gets
// it.
#define POLYHOST_EXPORT

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <polyhost/version.h>
#include <polyhost/buffer.hpp>
#include <polyhost/callback.hpp>
#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/module.hpp>
#include <polyhost/object.hpp>
#include <polyhost/sequence.hpp>
