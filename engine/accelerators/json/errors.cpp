#include "accelerators/json/errors.h"

#include "accelerators/json/decode.h"

#include <polyhost/object.hpp>

#include <cstring>

namespace polyhost::json {

namespace {

// JSONDecodeError(message, document, position) of the package, which imports this module.
PyObject* raise_decode_error_at(const char* message, PyObject* document, Py_ssize_t position) {
  const object package = object::steal(PyImport_ImportModule("polyhost.json"));
  const object type =
      object::steal(package ? PyObject_GetAttrString(package.get(), "JSONDecodeError") : nullptr);
  const object error =
      object::steal(type ? PyObject_CallFunction(type.get(), "sOn", message, document, position) : nullptr);
  if (error) PyErr_SetObject(type.get(), error.get());
  return nullptr;
}

// Characters in valid UTF-8.
Py_ssize_t characters_in(const char* text, std::size_t size) {
  Py_ssize_t count = 0;
  for (std::size_t i = 0; i < size; ++i)
    count += (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

bool raise_encode_error(const char* message) {
  PyErr_SetString(PyExc_TypeError, message);
  return false;
}

bool raise_encode_error_from(const char* message) {
  if (PyErr_Occurred() == nullptr) return raise_encode_error(message);

  const object cause = polyhost::detail::take_exception();
  const object text = object::steal(PyUnicode_FromString(message));
  const object error = object::steal(text ? PyObject_CallOneArg(PyExc_TypeError, text.get()) : nullptr);
  if (!error) return false;
  PyException_SetCause(error.get(), Py_NewRef(cause.get()));
  PyErr_SetObject(PyExc_TypeError, error.get());
  return false;
}

bool raise_surrogates() {
  if (PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return false;
  return raise_encode_error_from("str is not valid UTF-8: surrogates not allowed");
}

bool raise_unsupported(PyObject* object) {
  char message[300];
  PyOS_snprintf(message, sizeof message, "Type is not JSON serializable: %.200s", Py_TYPE(object)->tp_name);
  return raise_encode_error_from(message);
}

PyObject* raise_decode_error(const char* text, std::size_t size, const parse_flaw& flaw) {
  // Text that is no UTF-8 is that first of all.
  const std::size_t valid = valid_utf8_prefix(text, size);
  const object document = object::steal(
      PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size), valid < size ? "replace" : "strict"));
  if (!document) return nullptr;
  const char* const message = valid < size ? "str is not valid UTF-8: surrogates not allowed" : flaw.message;
  return raise_decode_error_at(message, document.get(), characters_in(text, valid < size ? valid : flaw.at));
}

PyObject* raise_decode_error(const char* message) {
  const object document = object::steal(PyUnicode_FromStringAndSize(nullptr, 0));
  return document ? raise_decode_error_at(message, document.get(), 0) : nullptr;
}

}  // namespace polyhost::json
