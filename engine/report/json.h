// The report that programs read: JSON of the schema polyhost.report/1. The one that people read is table.h.
#pragma once

#include "record/snapshot.h"

#include <string>

namespace polyhost::report {

// Ends in a newline. Valid JSON whatever the snapshot holds: bytes that are not UTF-8 become U+FFFD, a
// number that is not finite becomes 0. Functions keep the snapshot's order.
std::string json(const record::Snapshot& snapshot);

}  // namespace polyhost::report
