// The report as one page for a browser, which loads nothing else: report/page is what it is made of.
#pragma once

#include "record/snapshot.h"

#include <string>

namespace polyhost::report {

// A whole HTML document, UTF-8. Names and script are escaped as in the table, and cannot become markup.
// `timeline`: the calls one by one (timeline.h), or empty: the page then has none.
std::string html(const record::Snapshot& snapshot, const std::string& timeline = "");

}  // namespace polyhost::report
