#include "accelerators/json/parse.h"
#include "accelerators/json/standard.h"

#include <cstddef>

namespace polyhost::json {

namespace {

// Deeper ones may be too deep for the standard library, which counts the calls around as well.
constexpr std::size_t deepest = 200;

PyObject* left_to_others() { return Py_NewRef(Py_NotImplemented); }

PyObject* parse_or_leave(const char* text, Py_ssize_t size) {
  parse_options options;
  options.refuse_big_integers = true;
  options.deepest = deepest;
  parse_flaw flaw;
  PyObject* const made = parse(text, static_cast<std::size_t>(size), options, flaw);
  return made != nullptr || PyErr_Occurred() != nullptr ? made : left_to_others();
}

}  // namespace

PyObject* standard_loads(PyObject* document) {
  if (PyBytes_CheckExact(document))
    return parse_or_leave(PyBytes_AS_STRING(document), PyBytes_GET_SIZE(document));
#ifndef Py_GIL_DISABLED  // without a GIL, others may change it meanwhile
  if (PyByteArray_CheckExact(document))
    return parse_or_leave(PyByteArray_AS_STRING(document), PyByteArray_GET_SIZE(document));
#endif
  if (!PyUnicode_CheckExact(document)) return left_to_others();
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(document, &size);
  if (utf8 != nullptr) return parse_or_leave(utf8, size);
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return nullptr;
  PyErr_Clear();
  return left_to_others();
}

}  // namespace polyhost::json
