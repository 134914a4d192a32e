// The exception for a value that could not be converted: an argument of a call, or what a callback returned.
// Refusing is the converters' own (convert.hpp); arguments that fit no parameter are bind.hpp's.
#pragma once

#include <Python.h>
#include <polyhost/convert.hpp>
#include <polyhost/detail/signature.hpp>

#include <string>

namespace polyhost::detail {

void raise_argument_refusal(const argument& arg, PyObject* whole);

// Of a value for a record's member, which is a parameter of its constructor: kernels.Point.x must be float,
// not str
void raise_member_refusal(const argument& arg, PyObject* whole);

void raise_callback_refusal(const argument& arg, PyObject* whole, const std::string& expected);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/raise_refusal.hpp>
#endif
