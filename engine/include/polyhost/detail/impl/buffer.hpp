// The definitions of buffer.hpp.
#pragma once

#include <polyhost/buffer.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

POLYHOST_INLINE bool exporter_refused() {
  return PyErr_ExceptionMatches(PyExc_BufferError) != 0 || PyErr_ExceptionMatches(PyExc_TypeError) != 0 ||
         PyErr_ExceptionMatches(PyExc_ValueError) != 0;
}

POLYHOST_INLINE bool all_truth_values(const Py_buffer& view) {
  const auto* bytes = static_cast<const unsigned char*>(view.buf);
  for (Py_ssize_t i = 0; i < view.len; ++i) {
    if (bytes[i] > 1) return false;
  }
  return true;
}

}  // namespace polyhost::detail
