// From the JSON of a report (json.h) back to the snapshot that it was made from.
#pragma once

#include "record/snapshot.h"

#include <string>

namespace polyhost::report {

// Names that are not there have the value that a snapshot begins with: the report of an older polyhost.
// Throws std::invalid_argument, with one sentence, for what is not JSON, not such a report, or has a number
// out of range.
record::Snapshot read_json(const std::string& text);

}  // namespace polyhost::report
