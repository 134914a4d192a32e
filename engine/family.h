// The processes of a run together: the first one, and those that come from it by fork() or as programs that
// it has started. Each counts in a slot that the others can read (record/store.h).
#pragma once

#include "record/ledger.h"
#include "record/snapshot.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace polyhost::family {

// From a ledger to a snapshot, without `processes`.
using TakeSnapshot = std::function<record::Snapshot(const record::Ledger&)>;

// A snapshot of all that the processes have counted, each of them told apart in `processes`; with one process
// that is empty, and the counts are those of `own`. `since`: the slot that was the next at the last reset; of
// those below it, what has ended is left out.
record::Snapshot take_snapshot(record::Ledger& own, std::uint64_t since, const TakeSnapshot& take);

// The same of another process and those that come from it. Throws std::runtime_error, with a sentence, if
// there is no such process, it shares nothing, or may not be looked at.
record::Snapshot look_at(std::int64_t pid);

}  // namespace polyhost::family
