// The host's side of polyhost/abi.h: the process's ledger, offered to every plugin.
#pragma once

#include "record/ledger.h"

#include <polyhost/abi.h>

namespace polyhost::boundary {

// The ledger of the process. Needs the GIL while Python runs.
record::Ledger& ledger();

// The table that plugins find; filled on first use.
const polyhost_table& table();

// How much of a call is timed, from now on. Needs the GIL while Python runs.
void set_timing(polyhost_timing timing);
polyhost_timing timing();

}  // namespace polyhost::boundary
