// One value of a document, found by its JSON pointer (RFC 6901).
#pragma once

#include "accelerators/json/parse.h"

#include <Python.h>

#include <cstddef>
#include <string_view>

namespace polyhost::json {

// The value at `pointer`: a new reference. NotImplemented if nothing is there. Null with an exception set,
// or, if the text is no JSON as far as it was looked at, with `flaw` filled: what is passed by is skipped,
// not checked. Of equal keys the first counts. The byte behind the text must be NUL. Needs the GIL.
PyObject* find_by_pointer(const char* text, std::size_t size, std::string_view pointer,
                          const parse_options& options, parse_flaw& flaw);

// Whether it is a pointer at all: empty, or beginning with a slash, and each "~" followed by 0 or 1.
bool is_pointer(std::string_view pointer);

}  // namespace polyhost::json
