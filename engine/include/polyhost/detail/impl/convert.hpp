// The definitions of convert.hpp.
#pragma once

#include <polyhost/convert.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

POLYHOST_INLINE bool refuse(argument& arg, refusal why, const char* detail) {
  arg.why = why;
  arg.detail = detail;
  return false;
}

POLYHOST_INLINE bool refuse_type(argument& arg, PyObject* given, const char* detail) {
  arg.given = object::borrow(reinterpret_cast<PyObject*>(Py_TYPE(given)));
  return refuse(arg, refusal::wrong_type, detail);
}

POLYHOST_INLINE bool load_float_slowly(PyObject* from, double& value, argument& arg) {
  const PyNumberMethods* numeric = Py_TYPE(from)->tp_as_number;
  if (numeric == nullptr || (numeric->nb_float == nullptr && numeric->nb_index == nullptr)) {
    return refuse_type(arg, from);
  }
  value = PyFloat_AsDouble(from);
  return value != -1.0 || PyErr_Occurred() == nullptr || refuse(arg, refusal::raised);
}

POLYHOST_INLINE bool load_text(PyObject* from, std::string_view& text, argument& arg) {
  if (!PyUnicode_Check(from)) return refuse_type(arg, from);
  if (see_ascii(from, text)) return true;
  Py_ssize_t size = 0;
  const char* utf8 = PyUnicode_AsUTF8AndSize(from, &size);
  if (utf8 == nullptr) return refuse(arg, refusal::raised);  // lone surrogates, or no memory
  text = {utf8, static_cast<std::size_t>(size)};
  return true;
}

}  // namespace polyhost::detail
