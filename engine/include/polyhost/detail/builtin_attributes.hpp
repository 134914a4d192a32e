// __signature__ and batch, as attributes of native functions; __polyhost__, as one of their modules.
#pragma once

#include <Python.h>
#include <polyhost/detail/signature.hpp>

namespace polyhost::detail {

// inspect has no other way to learn the types of a builtin function (its text signature must not have any),
// and there is no other place for f.batch. __polyhost__ is the ledger of a module's functions, a new dict
// (ledger_dict.hpp) each time. Once an interpreter; false with an exception set.
bool install_attributes();

// A new inspect.Signature, or null with an exception set.
PyObject* make_signature_object(const signature& s);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/builtin_attributes.hpp>
#endif
