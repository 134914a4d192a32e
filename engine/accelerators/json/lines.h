// Many documents, one a line (NDJSON).
#pragma once

#include "accelerators/json/parse.h"

#include <Python.h>

#include <cstddef>

namespace polyhost::json {

// What was read of a text of many lines.
struct lines_read {
  std::size_t size = 0;   // in bytes: whole lines, up to the flaw if there is one
  std::size_t count = 0;  // of these lines, empty ones too
  parse_flaw flaw;        // in the line that follows, where `at` counts from its beginning
};

// The values of the lines: a new list, or null with an exception set. Lines of white space have none. A last
// line without an end counts if nothing more is to come (`is_last`). A flaw ends the reading. Needs the GIL.
PyObject* parse_lines(const char* text, std::size_t size, bool is_last, const parse_options& options,
                      lines_read& read);

}  // namespace polyhost::json
