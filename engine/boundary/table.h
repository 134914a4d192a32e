// The host's side of polyhost/abi.h: the process's ledger, offered to every plugin.
#pragma once

#include "record/ledger.h"

#include <polyhost/abi.h>

struct PyMethodDef;

namespace polyhost::boundary {

// The ledger of the process. Needs the GIL while Python runs.
record::Ledger& ledger();

// The table that plugins find; filled on first use.
const polyhost_table& table();

// True if that defines a function of a plugin's, which times its calls itself.
bool is_registered(const PyMethodDef& method);

// Around a fork(), which must not find another thread adding to the ledger.
void lock_ledger();
void unlock_ledger();

// How much of a call is timed, from now on. Needs the GIL while Python runs.
void set_timing(polyhost_timing timing);
polyhost_timing timing();

}  // namespace polyhost::boundary
