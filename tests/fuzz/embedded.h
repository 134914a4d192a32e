// What the fuzz targets share: a Python in this process, a count of the memory it holds, and the input as a
// document.
#pragma once

#include <Python.h>

#include <polyhost/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace polyhost::fuzz {

// Starts Python, without site and without the user's environment; the process ends with it.
void start_python();

// Blocks that were allocated by Python's allocators, since it was started, more than were freed.
long live_blocks();

// Says what is wrong, and aborts: libFuzzer then keeps the input.
[[noreturn]] void fail(const std::string& what);
// The same with the exception that is set, if there is none to be expected.
[[noreturn]] void fail_with_exception(const std::string& what);

// repr() of a value, which tells 1 from 1.0 and from True.
std::string repr(PyObject* value);

// Text in a block of its own that ends with a NUL behind the text, so that the address sanitizer sees whoever
// reads on.
class document {
 public:
  explicit document(std::string_view text);
  [[nodiscard]] const char* text() const { return text_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {text_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> text_;
};

}  // namespace polyhost::fuzz
