// Types that JSON has no word for and orjson refuses, written if an option asks for it.
#include "accelerators/json/errors.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/types.h"

#include <polyhost/object.hpp>

#include <cstddef>

namespace polyhost::json {

namespace {

outcome result(bool done) { return done ? outcome::done : outcome::failed; }

// As an array. What is added or removed meanwhile is an error, as for every iteration.
bool write_items(serializer& s, PyObject* iterable) {
  const object iterator = object::steal(PyObject_GetIter(iterable));
  if (!iterator || !s.enter('[')) return false;
  bool is_empty = true;
  while (const object item = object::steal(PyIter_Next(iterator.get()))) {
    is_empty = false;
    if (!s.next() || !s.value(item.get())) return false;
    s.comma();
  }
  return PyErr_Occurred() == nullptr && s.leave(']', is_empty);
}

// RFC 4648, with padding.
bool write_base64(serializer& s, const unsigned char* bytes, std::size_t size) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  output& out = s.out();
  constexpr std::size_t slack = 16;
  if (!out.reserve((size + 2) / 3 * 4 + slack)) return false;
  out.put('"');
  for (std::size_t i = 0; i < size; i += 3) {
    const std::size_t left = size - i;
    const unsigned three = (static_cast<unsigned>(bytes[i]) << 16U) |
                           (left > 1 ? static_cast<unsigned>(bytes[i + 1]) << 8U : 0U) |
                           (left > 2 ? static_cast<unsigned>(bytes[i + 2]) : 0U);
    out.put(digits[three >> 18U]);
    out.put(digits[(three >> 12U) & 63U]);
    out.put(left > 1 ? digits[(three >> 6U) & 63U] : '=');
    out.put(left > 2 ? digits[three & 63U] : '=');
  }
  out.put('"');
  return true;
}

// Held meanwhile, so that its memory stays.
bool write_bytearray(serializer& s, PyObject* bytes) {
  Py_buffer view{};
  if (PyObject_GetBuffer(bytes, &view, PyBUF_SIMPLE) != 0) return false;
  const bool done =
      write_base64(s, static_cast<const unsigned char*>(view.buf), static_cast<std::size_t>(view.len));
  PyBuffer_Release(&view);
  return done;
}

// A number if it is finite, else null.
bool write_decimal(serializer& s, PyObject* decimal) {
  const object is_finite = object::steal(PyObject_CallMethod(decimal, "is_finite", nullptr));
  if (!is_finite) return false;
  if (is_finite.get() != Py_True) return s.word("null");
  const object text = object::steal(PyObject_Str(decimal));
  Py_ssize_t size = 0;
  const char* const utf8 = text ? PyUnicode_AsUTF8AndSize(text.get(), &size) : nullptr;
  return utf8 != nullptr && s.word({utf8, static_cast<std::size_t>(size)});
}

bool write_path(serializer& s, PyObject* path) {
  const object text = object::steal(PyOS_FSPath(path));
  if (!text) return false;
  const object decoded = PyBytes_Check(text.get())
                             ? object::steal(PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(text.get()),
                                                                              PyBytes_GET_SIZE(text.get())))
                             : text;
  return decoded && s.value(decoded.get());
}

}  // namespace

outcome serialize_more(serializer& s, PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  static constinit known_class decimal{"decimal", "Decimal"};
  static constinit known_class deque{"collections", "deque"};
  static constinit known_class path{"pathlib", "PurePath"};
  if (s.has(dump_option::decimals) && is_class(type, decimal)) return result(write_decimal(s, object));
  if (!s.has(dump_option::more_types)) return outcome::not_mine;
  if (PyAnySet_Check(object) || is_class(type, deque)) return result(write_items(s, object));
  if (PyBytes_Check(object))
    return result(write_base64(s, reinterpret_cast<const unsigned char*>(PyBytes_AS_STRING(object)),
                               static_cast<std::size_t>(PyBytes_GET_SIZE(object))));
  if (PyByteArray_Check(object)) return result(write_bytearray(s, object));
  const outcome duration = serialize_duration(s, object);
  if (duration != outcome::not_mine) return duration;
  if (is_instance(object, path)) return result(write_path(s, object));
  return outcome::not_mine;
}

}  // namespace polyhost::json
