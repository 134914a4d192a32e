// Growing, and the bytes object at the end.
#include "accelerators/json/output.h"

#include <algorithm>
#include <utility>

namespace polyhost::json {

bool output::grow(std::size_t more) {
  const auto used = static_cast<std::size_t>(at_ - begin_);
  constexpr auto most = static_cast<std::size_t>(PY_SSIZE_T_MAX) / 4;
  if (more > most || used > most) {
    PyErr_NoMemory();
    return false;
  }
  const std::size_t wanted = std::max({used + more, used * 2, expected_});
  if (bytes_ == nullptr) {
    bytes_ = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(wanted));
    if (bytes_ == nullptr) return false;
    std::memcpy(PyBytes_AS_STRING(bytes_), begin_, used);
  } else if (_PyBytes_Resize(&bytes_, static_cast<Py_ssize_t>(wanted)) != 0) {
    return false;
  }
  begin_ = PyBytes_AS_STRING(bytes_);
  at_ = begin_ + used;
  end_ = begin_ + wanted;
  return true;
}

PyObject* output::take_bytes() {
  const Py_ssize_t size = at_ - begin_;
  if (bytes_ == nullptr) return PyBytes_FromStringAndSize(begin_, size);
  if (_PyBytes_Resize(&bytes_, size) != 0) return nullptr;
  return std::exchange(bytes_, nullptr);
}

}  // namespace polyhost::json
