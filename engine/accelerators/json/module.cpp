// _polyhost_json: what the Python package polyhost.json is made of.
#include "accelerators/json/document.h"
#include "accelerators/json/errors.h"
#include "accelerators/json/fragment.h"
#include "accelerators/json/lines.h"
#include "accelerators/json/parse.h"
#include "accelerators/json/pointer.h"
#include "accelerators/json/serialize.h"
#include "accelerators/json/standard.h"

#include <polyhost/native.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

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

// The value, or null with an exception set.
PyObject* value_or_error(PyObject* made, const char* text, std::size_t size, const parse_flaw& flaw) {
  return made != nullptr || PyErr_Occurred() != nullptr ? made : raise_decode_error(text, size, flaw);
}

// Throws python_error.
std::uint32_t options_of(PyObject* option, std::uint32_t allowed) {
  if (option == Py_None) return 0;
  long bits = -1;
  if (PyLong_CheckExact(option)) bits = PyLong_AsLong(option);
  if (bits < 0 || (bits & ~static_cast<long>(allowed)) != 0) {
    PyErr_Clear();
    raise_encode_error("Invalid opts");
    throw_python_error();
  }
  return static_cast<std::uint32_t>(bits);
}

constexpr std::uint32_t exact_numbers = dump_option::big_integers | dump_option::decimals;

// How documents are read, as an `option` says.
struct reading {
  parse_options options;
  object decimal;  // the class, if it is asked for

  explicit reading(PyObject* option, std::uint32_t otherwise = 0) {
    const std::uint32_t bits = option == Py_None ? otherwise : options_of(option, exact_numbers);
    options.big_integers = (bits & dump_option::big_integers) != 0;
    if ((bits & dump_option::decimals) == 0) return;
    const object module = polyhost::detail::or_throw(PyImport_ImportModule("decimal"));
    decimal = polyhost::detail::or_throw(PyObject_GetAttrString(module.get(), "Decimal"));
    options.decimal = decimal.get();
  }
};

object loads_by(PyObject* obj, const parse_options& options) {
  document from;
  if (!from.open(obj)) throw_python_error();
  parse_flaw flaw;
  PyObject* const made = parse(from.text(), from.size(), options, flaw);
  return checked(value_or_error(made, from.text(), from.size(), flaw));
}

object loads(borrowed obj) { return loads_by(obj.object, {}); }

object loads_exact(borrowed obj, borrowed option) {
  const reading how(option.object, exact_numbers);
  return loads_by(obj.object, how.options);
}

// NotImplemented if nothing is there.
object pointer(borrowed doc, std::string_view pointer, borrowed option) {
  const reading how(option.object);
  if (!is_pointer(pointer))
    throw std::invalid_argument("a JSON pointer is empty or begins with '/', and has '~' only as ~0 and ~1");
  document from;
  if (!from.open(doc.object)) throw_python_error();
  parse_flaw flaw;
  PyObject* const made = find_by_pointer(from.text(), from.size(), pointer, how.options, flaw);
  return checked(value_or_error(made, from.text(), from.size(), flaw));
}

// (values, bytes read, lines read, None or what the next line's flaw is: (message, where, in bytes))
object lines(std::span<const std::byte> data, bool is_last, borrowed option) {
  const reading how(option.object);
  lines_read read;
  const auto* const text = reinterpret_cast<const char*>(data.data());
  const object values = checked(parse_lines(text, data.size(), is_last, how.options, read));
  const object flaw =
      read.flaw.message == nullptr
          ? object::borrow(Py_None)
          : checked(Py_BuildValue("(sn)", read.flaw.message, static_cast<Py_ssize_t>(read.flaw.at)));
  return checked(Py_BuildValue("(OnnO)", values.get(), static_cast<Py_ssize_t>(read.size),
                               static_cast<Py_ssize_t>(read.count), flaw.get()));
}

object dumps(borrowed obj, borrowed default_function, borrowed option) {
  const std::uint32_t options = options_of(option.object, dump_option::all);
  PyObject* const made =
      dump(obj.object, default_function.object == Py_None ? nullptr : default_function.object, options);
  return checked(made);
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

// Reads and writes a document, so that the first call of all finds the memory that is kept between calls, and
// need not wait for pages of code.
void get_ready() {
  constexpr std::string_view text = R"({"a":[1,-2.5,"b",true,null,{"c":"a longer text, with an \n"}]})";
  for (int i = 0; i < 3; ++i) {  // new keys, new shapes, known ones
    parse_flaw flaw;
    const object value = checked(parse(text.data(), text.size(), {}, flaw));
    (void)checked(dump(value.get(), nullptr, 0));
  }
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

namespace {

constexpr const char* loads_doc = R"(Deserialize JSON to Python objects.

obj: bytes, bytearray, memoryview or str, one document in UTF-8, with nothing but white space around it.
The result is made of dict, list, str, int, float, True, False and None. Of equal keys the last one counts.
Raises JSONDecodeError, a ValueError, for all that RFC 8259 does not allow, for NaN and Infinity, floats that are too large,
lone surrogates, and more than 1024 nested containers.)";

constexpr const char* loads_exact_doc = R"(Deserialize JSON with all numbers as they are written.

obj: as that of loads.
option: OPT_BIG_INTEGER (integers beyond 64 bits are int, and not the nearest float), OPT_DECIMAL (numbers with a fraction or an
exponent are decimal.Decimal), or, as by default, both. An int may have as many digits as sys.set_int_max_str_digits allows.)";

constexpr const char* dumps_doc = R"(Serialize Python objects to JSON, as bytes in UTF-8 without a space.

obj: None, bool, int (64 bits), float (NaN and the infinite ones are null), str, list, tuple, dict with keys of str; subclasses of
str, int, list and dict; enumerations by their values; dataclasses, datetime, date and time as RFC 3339 has them, UUID, Fragment.
default: is called with each object of another type, and returns one to write in its place.
option: the module's OPT_ constants, combined by |.

Raises JSONEncodeError, which is TypeError: for other types, larger integers, keys that are no str, lone surrogates, and more than
254 nested containers, as objects in a circle are.)";

}  // namespace

POLYHOST_MODULE(_polyhost_json, m) {
  namespace json = polyhost::json;
  // Functions say that they are of the package, and so does the report.
  m.attr("__name__", "polyhost.json");
  m.doc("The native half of polyhost.json.");
  m.def<json::loads>("loads(obj, /)", loads_doc);
  m.def<json::loads_exact>("loads_exact(obj, /, option=None)", loads_exact_doc);
  m.def<json::dumps>("dumps(obj, /, default=None, option=None)", dumps_doc);
  m.def<json::lines>("_lines(data, is_last, option, /)");
  m.def<json::pointer>("_pointer(doc, pointer, option, /)");
  m.def<json::loads_as_standard>("standard_loads(s, /)",
                                 R"(What the standard library's json.loads(s) returns, or NotImplemented.)");
  m.def<json::dumps_as_standard>(
      "standard_dumps(obj, ensure_ascii, allow_nan, sort_keys, item_separator, key_separator, indent, /)",
      R"(What the standard library's json.dumps returns, or NotImplemented.)");
  m.def<json::direct>("_direct(wanted, /)");
  const polyhost::object fragment = polyhost::detail::or_throw(json::fragment_type());
  if (PyModule_AddObjectRef(m.get(), "Fragment", fragment.get()) != 0) polyhost::throw_python_error();
  json::use_direct_objects(true);
  json::get_ready();
}
