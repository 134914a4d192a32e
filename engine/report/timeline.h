// The calls of a run one by one, as the page (html.h) draws them.
#pragma once

#include "record/ledger.h"
#include "record/trace.h"

#include <polyhost/snapshot.hpp>

#include <cstdint>
#include <string>

namespace polyhost::report {

// JSON: {"functions": [[name, outbound], ...], "threads": [{"id", "name", "left_out": calls, "calls":
// [...]}]}. The calls of a thread are three numbers each, in the order of their beginning: ns since the
// beginning of the one before (of the run, for the first), ns from beginning to end, and the index of the
// function. The newest million of all calls; `left_out` has the others, dropped ones too. `start`: the run's,
// in ticks.
std::string timeline(const record::Trace& trace, const record::Ledger& ledger,
                     const record::Snapshot& snapshot, std::uint64_t start);

}  // namespace polyhost::report
