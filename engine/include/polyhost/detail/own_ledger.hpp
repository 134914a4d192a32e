// The ledger of plain python3, which the first plugin of a process makes and offers to all later ones as the
// module _polyhost. Not the host's (engine/record); which of the two a plugin gets is runtime.hpp's.
#pragma once

#include <Python.h>
#include <polyhost/object.hpp>

namespace polyhost::detail {

// Makes the ledger, once, and its module in this interpreter, which it returns; null with an exception set.
// Needs the GIL. What the module has, beside the capsule:
//
//   _polyhost.ledger_of(module: str | None) -> dict | None     detail/ledger_dict.hpp's, of the functions of
//                          that module (None: of all) that were called; None if it has no function
//
// With POLYHOST_REPORT=1 in the environment, the table of all functions goes to stderr when Python ends;
// a forked child leaves it to its parent.
object offer_own_ledger();

// True if this plugin made the process's ledger.
bool keeps_own_ledger();

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/own_ledger.hpp>
#endif
