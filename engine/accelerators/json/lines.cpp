#include "accelerators/json/lines.h"

#include <polyhost/object.hpp>

#include <cstring>
#include <string>

namespace polyhost::json {

namespace {

bool is_blank(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') return false;
  }
  return true;
}

}  // namespace

PyObject* parse_lines(const char* text, std::size_t size, bool is_last, const parse_options& options,
                      lines_read& read) {
  object values = object::steal(PyList_New(0));
  if (!values) return nullptr;
  std::string line;  // with the NUL behind it that parsing needs
  while (read.size < size) {
    const char* const begin = text + read.size;
    const std::size_t left = size - read.size;
    const auto* const end = static_cast<const char*>(std::memchr(begin, '\n', left));
    if (end == nullptr && !is_last) break;
    const std::size_t length = end == nullptr ? left : static_cast<std::size_t>(end - begin);
    if (!is_blank(begin, length)) {
      line.assign(begin, length);
      const object value = object::steal(parse(line.data(), length, options, read.flaw));
      if (!value) return PyErr_Occurred() != nullptr ? nullptr : values.release();
      if (PyList_Append(values.get(), value.get()) != 0) return nullptr;
    }
    read.size += length + (end == nullptr ? 0 : 1);
    ++read.count;
  }
  return values.release();
}

}  // namespace polyhost::json
