// The `self` of every native function: how a call finds its record and its signature. The callable itself is
// CPython's own builtin function.
#pragma once

#include <Python.h>
#include <polyhost/abi.h>
#include <polyhost/detail/signature.hpp>
#include <polyhost/object.hpp>

#include <array>
#include <cstddef>

namespace polyhost::detail {

struct batch_function;

// What Python calls: METH_FASTCALL | METH_KEYWORDS.
using entry_point = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);
using entry_points = std::array<entry_point, POLYHOST_TIMING_COUNT>;  // by polyhost_timing

// An instance of a subclass of module: `self` is then a module to Python, as it is for any other function
// of an extension module, so that repr, help, pickle and profilers treat the function like one of those.
// It shares the attributes of the module it stands for.
struct function_object {
  static constexpr std::size_t room_for_module = 128;  // CPython's part; checked when the type is made
  alignas(16) std::byte module_part[room_for_module];
  polyhost_record* record;
  const signature* sig;
  // With this many arguments, and no keywords, they are the parameters as they stand; or -1.
  Py_ssize_t direct;
  const batch_function* batch;  // what f.batch runs; null for functions that have none
  bool is_batch;                // it is f.batch itself
  PyObject* made_batch;         // f.batch; made when it is first asked for; owned
};

inline function_object& as_function(PyObject* self) { return *reinterpret_cast<function_object*>(self); }

// A new function object for a function of `module`. Throws python_error.
object make_function_object(PyObject* module, const signature& sig, polyhost_record& record,
                            const batch_function* batch = nullptr, bool is_batch = false);

// f.batch of the function whose self it is, made when it is first asked for; null with an exception set.
PyObject* get_or_make_batch(PyObject* self, PyObject*);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/function_object.hpp>
#endif
