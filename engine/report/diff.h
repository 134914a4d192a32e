// What has become slower or faster from one run, or set of runs, to another.
#pragma once

#include "record/snapshot.h"

#include <string>
#include <vector>

namespace polyhost::report {

// A table of all functions of the runs before and after, those whose time has changed most first, and a
// sentence for each that is slower or faster. Of several runs the medians are compared; where there are four
// or more on both sides, only what the rank test finds (p < 0.05) is called a change, otherwise what differs
// by more than a tenth. Ends in a newline. Throws std::invalid_argument if a set is empty.
std::string diff(const std::vector<record::Snapshot>& before, const std::vector<record::Snapshot>& after);

}  // namespace polyhost::report
