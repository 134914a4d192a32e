// The text of a document, whatever it comes in.
#pragma once

#include <Python.h>
#include <polyhost/object.hpp>

#include <cstddef>

namespace polyhost::json {

// bytes, str, bytearray and memoryview, seen in place where a NUL follows them, else copied. What is seen
// stays as it is for as long as this lives.
class document {
 public:
  document() = default;
  document(const document&) = delete;
  document& operator=(const document&) = delete;
  ~document() {
    if (view_.obj != nullptr) PyBuffer_Release(&view_);
  }

  // False with a JSONDecodeError set, or a MemoryError.
  bool open(PyObject* from);

  [[nodiscard]] const char* text() const { return text_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  bool see(const char* text, Py_ssize_t size);
  bool open_text(PyObject* text);
  bool open_memory(PyObject* view);

  const char* text_ = nullptr;
  std::size_t size_ = 0;
  Py_buffer view_{};  // of a bytearray
  object copy_;       // of what is not seen in place
};

}  // namespace polyhost::json
