// The report that people read: one aligned text table. The one that programs read is json.h.
#pragma once

#include "record/snapshot.h"

#include <string>

namespace polyhost::report {

// Ends in a newline. Dearest crossings first; names and script are escaped, so that nothing in them
// can move the cursor, and keep their non-ASCII letters.
std::string table(const record::Snapshot& snapshot);

}  // namespace polyhost::report
