// The exceptions of this module: JSONEncodeError, which is TypeError, and JSONDecodeError.
#pragma once

#include "accelerators/json/parse.h"

#include <Python.h>

#include <cstddef>

namespace polyhost::json {

// Raise a JSONEncodeError; false, for the caller to return.
bool raise_encode_error(const char* message);
// The same with the exception that is set as its __cause__.
bool raise_encode_error_from(const char* message);
// For a str that has no UTF-8: the UnicodeEncodeError that is set is the __cause__; another exception is left
// as it is.
bool raise_surrogates();
// "Type is not JSON serializable: X"; an exception that is set becomes the __cause__.
bool raise_unsupported(PyObject* object);

// Raises a JSONDecodeError, for the flaw in a document in UTF-8. Null, for the caller to return.
PyObject* raise_decode_error(const char* text, std::size_t size, const parse_flaw& flaw);
// The same for what is no document at all.
PyObject* raise_decode_error(const char* message);

}  // namespace polyhost::json
