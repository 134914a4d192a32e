// The report that people read: one aligned text table. The one that programs read is json.h.
#pragma once

#include "record/snapshot.h"

#include "report/order.h"

#include <cstddef>
#include <optional>
#include <string>

namespace polyhost::report {

struct TableStyle {
  std::string order{default_order};             // of the rows, as of order.h
  std::optional<std::size_t> terminal_width{};  // characters of a line: columns that do not fit are left out
  bool coloured = false;                        // for a terminal: escape sequences (ECMA-48)
};

// Ends in a newline. Names and script are escaped, so that nothing in them can move the cursor, and keep
// their non-ASCII letters.
std::string table(const record::Snapshot& snapshot, const TableStyle& style = {});

}  // namespace polyhost::report
