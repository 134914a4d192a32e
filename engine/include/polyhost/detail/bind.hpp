// The arguments of a call, matched to the parameters of its signature; errors are worded like Python's own.
// Not their conversion: that is function.hpp.
#pragma once

#include <Python.h>
#include <polyhost/detail/signature.hpp>

namespace polyhost::detail {

// Puts the arguments of a vectorcall and the defaults into `bound`, one borrowed reference a parameter,
// in the order of the parameters. False with a TypeError worded like Python's own.
bool bind(const signature& s, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames, PyObject** bound);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/bind.hpp>
#endif
