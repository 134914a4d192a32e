// From UTF-8 to str, for text that is not all ASCII.
#pragma once

#include <Python.h>

#include <cstddef>
#include <memory>

namespace polyhost::json {

// Memory for decoded text, kept from one text to the next. Used with the GIL held.
class decoder {
 public:
  // A new str, or null: with an exception set if there is no memory, without one if the text is not valid
  // UTF-8.
  PyObject* decode(const char* text, std::size_t size);

 private:
  std::unique_ptr<std::byte[]> room_;
};

// Where the first byte is that makes the text invalid; its size if it is valid.
std::size_t valid_utf8_prefix(const char* text, std::size_t size);

}  // namespace polyhost::json
