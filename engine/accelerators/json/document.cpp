#include "accelerators/json/document.h"

#include "accelerators/json/errors.h"

namespace polyhost::json {

bool document::see(const char* text, Py_ssize_t size) {
  text_ = text;
  size_ = static_cast<std::size_t>(size);
  return size > 0 || raise_decode_error("Input is a zero-length, empty document") != nullptr;
}

bool document::open(PyObject* from) {
  if (PyBytes_CheckExact(from)) [[likely]]
    return see(PyBytes_AS_STRING(from), PyBytes_GET_SIZE(from));
  if (PyUnicode_CheckExact(from)) return open_text(from);
  if (PyByteArray_CheckExact(from)) {
#ifdef Py_GIL_DISABLED  // other threads may change its bytes while they are read
    copy_ = object::steal(PyBytes_FromObject(from));
    return copy_ && see(PyBytes_AS_STRING(copy_.get()), PyBytes_GET_SIZE(copy_.get()));
#endif
    if (PyObject_GetBuffer(from, &view_, PyBUF_SIMPLE) != 0) return false;
    return see(PyByteArray_AS_STRING(from), view_.len);
  }
  if (PyMemoryView_Check(from)) return open_memory(from);
  return raise_decode_error("Input must be bytes, bytearray, memoryview, or str") != nullptr;
}

bool document::open_text(PyObject* text) {
  if (PyUnicode_IS_COMPACT_ASCII(text))
    return see(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)), PyUnicode_GET_LENGTH(text));
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(text, &size);
  if (utf8 != nullptr) return see(utf8, size);
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return false;
  PyErr_Clear();
  return raise_decode_error("str is not valid UTF-8: surrogates not allowed") != nullptr;
}

// Its bytes, whatever its items are. No NUL may follow them.
bool document::open_memory(PyObject* view) {
  if (PyBuffer_IsContiguous(PyMemoryView_GET_BUFFER(view), 'C') == 0)
    return raise_decode_error("Input type memoryview must be a C contiguous buffer") != nullptr;
  copy_ = object::steal(PyBytes_FromObject(view));
  return copy_ && see(PyBytes_AS_STRING(copy_.get()), PyBytes_GET_SIZE(copy_.get()));
}

}  // namespace polyhost::json
