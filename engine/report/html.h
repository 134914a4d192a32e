// The report as one page for a browser, which loads nothing else: report/page is what it is made of.
#pragma once

#include "record/snapshot.h"

#include <string>

namespace polyhost::report {

// A whole HTML document, UTF-8. Names and script are escaped as in the table, and cannot become markup.
std::string html(const record::Snapshot& snapshot);

}  // namespace polyhost::report
