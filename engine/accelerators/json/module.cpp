// _polyhost_json: what the Python package polyhost.json is made of.
#include "accelerators/json/errors.h"
#include "accelerators/json/fragment.h"
#include "accelerators/json/parse.h"
#include "accelerators/json/serialize.h"
#include "accelerators/json/standard.h"

#include <polyhost/native.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace polyhost::json {

// Any object, borrowed for the time of the call.
struct borrowed {
  PyObject* object;
};

}  // namespace polyhost::json

namespace polyhost {

template <>
struct converter<json::borrowed> {
  json::borrowed value{};
  static void describe(std::string& out) { out += "object"; }
  bool load(PyObject* from, argument& /*arg*/) { return load_exact(from); }
  [[gnu::always_inline]] bool load_exact(PyObject* from) {
    value.object = from;
    return true;
  }
};

}  // namespace polyhost

namespace polyhost::json {

namespace {

// What a Python function returns: null with an exception set becomes that exception.
object checked(PyObject* made) { return polyhost::detail::or_throw(made); }

PyObject* parse_text(const char* text, std::size_t size, const parse_options& options) {
  if (size == 0) return raise_decode_error("Input is a zero-length, empty document");
  parse_flaw flaw;
  PyObject* const made = parse(text, size, options, flaw);
  return made != nullptr || PyErr_Occurred() != nullptr ? made : raise_decode_error(text, size, flaw);
}

PyObject* parse_str(PyObject* text, const parse_options& options) {
  if (PyUnicode_IS_COMPACT_ASCII(text))
    return parse_text(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)),
                      static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)), options);
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(text, &size);
  if (utf8 != nullptr) return parse_text(utf8, static_cast<std::size_t>(size), options);
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return nullptr;
  PyErr_Clear();
  return raise_decode_error("str is not valid UTF-8: surrogates not allowed");
}

// Its bytes, whatever its items are. They are copied, since no NUL may follow them.
PyObject* parse_memory(PyObject* view, const parse_options& options) {
  const Py_buffer& buffer = *PyMemoryView_GET_BUFFER(view);
  if (PyBuffer_IsContiguous(&buffer, 'C') == 0)
    return raise_decode_error("Input type memoryview must be a C contiguous buffer");
  const object bytes = object::steal(PyBytes_FromObject(view));
  if (!bytes) return nullptr;
  return parse_text(PyBytes_AS_STRING(bytes.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())),
                    options);
}

PyObject* parse_any(PyObject* from, const parse_options& options) {
  if (PyBytes_CheckExact(from))
    return parse_text(PyBytes_AS_STRING(from), static_cast<std::size_t>(PyBytes_GET_SIZE(from)), options);
  if (PyUnicode_CheckExact(from)) return parse_str(from, options);
  if (PyByteArray_CheckExact(from))
    return parse_text(PyByteArray_AS_STRING(from), static_cast<std::size_t>(PyByteArray_GET_SIZE(from)),
                      options);
  if (PyMemoryView_Check(from)) return parse_memory(from, options);
  return raise_decode_error("Input must be bytes, bytearray, memoryview, or str");
}

object loads(borrowed obj) { return checked(parse_any(obj.object, {})); }

// Throws python_error.
std::uint32_t options_of(PyObject* option) {
  if (option == Py_None) return 0;
  long bits = -1;
  if (PyLong_CheckExact(option)) bits = PyLong_AsLong(option);
  if (bits < 0 || (bits & ~static_cast<long>(dump_option::all)) != 0) {
    PyErr_Clear();
    raise_encode_error("Invalid opts");
    throw_python_error();
  }
  return static_cast<std::uint32_t>(bits);
}

object dumps(borrowed obj, borrowed default_function, borrowed option) {
  const std::uint32_t options = options_of(option.object);
  return checked(
      dump(obj.object, default_function.object == Py_None ? nullptr : default_function.object, options));
}

object loads_as_standard(borrowed s) { return checked(standard_loads(s.object)); }

object dumps_as_standard(borrowed obj, bool ensure_ascii, bool allow_nan, bool sort_keys,
                         borrowed item_separator, borrowed key_separator, borrowed indent) {
  for (PyObject* const text : {item_separator.object, key_separator.object, indent.object}) {
    if (text != Py_None && (!PyUnicode_CheckExact(text) || !PyUnicode_IS_COMPACT_ASCII(text)))
      throw std::invalid_argument("separators and indent are str in ASCII");
  }
  return checked(
      standard_dumps(obj.object, {ensure_ascii, allow_nan, sort_keys, item_separator.object,
                                  key_separator.object, indent.object == Py_None ? nullptr : indent.object}));
}

// Whether objects are made by the layout of this version of Python, and not through its API; for tests and
// benchmarks.
bool direct(bool wanted) {
  const bool before = uses_direct_objects();
  use_direct_objects(wanted);
  return before;
}

}  // namespace

}  // namespace polyhost::json

POLYHOST_MODULE(_polyhost_json, m) {
  namespace json = polyhost::json;
  // Functions say that they are of the package, and so does the report.
  m.attr("__name__", "polyhost.json");
  m.doc("The native half of polyhost.json.");
  m.def<json::loads>("loads(obj, /)", R"(Deserialize JSON to Python objects.)");
  m.def<json::dumps>("dumps(obj, /, default=None, option=None)", R"(Serialize Python objects to JSON.)");
  m.def<json::loads_as_standard>("standard_loads(s, /)",
                                 R"(What the standard library's json.loads(s) returns, or NotImplemented.)");
  m.def<json::dumps_as_standard>(
      "standard_dumps(obj, ensure_ascii, allow_nan, sort_keys, item_separator, key_separator, indent, /)",
      R"(What the standard library's json.dumps returns, or NotImplemented.)");
  m.def<json::direct>("_direct(wanted, /)");
  const polyhost::object fragment = polyhost::detail::or_throw(json::fragment_type());
  if (PyModule_AddObjectRef(m.get(), "Fragment", fragment.get()) != 0) polyhost::throw_python_error();
  json::use_direct_objects(true);
}
