// A fuzz target: the standard library's json beside parse, which reads strictly, and beside standard_loads
// and standard_dumps, which give what json gives or leave it alone. An input is a document. In front of it
// may be two bytes of options for standard_dumps: the first one is then 0x80 or more, as no document begins.
#include "accelerators/json/parse.h"
#include "accelerators/json/standard.h"
#include "embedded.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace json = polyhost::json;
using polyhost::object;
using polyhost::fuzz::document;
using polyhost::fuzz::fail;
using polyhost::fuzz::fail_with_exception;
using polyhost::fuzz::live_blocks;
using polyhost::fuzz::repr;

namespace {

// strict_loads takes away what json allows beyond RFC 8259 and what is documented to differ: it refuses NaN,
// numbers that are infinite as floats, halves of surrogate pairs and deep nesting, and reads integers beyond
// 64 bits as floats. exact_loads does so too, but for numbers, which it reads as they are written.
constexpr const char* reference = R"(
import json
import math
import re
from decimal import Decimal

PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
ESCAPE = re.compile(PAIR + r"|(\\u[dD][89a-fA-F])|\\.")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def real(text):
    value = float(text)
    if math.isinf(value):
        raise ValueError("infinite")
    return value


def integer(text):
    if len(text) < 30 and -(2**63) <= int(text) < 2**64:
        return int(text)
    return real(text)


def constant(text):
    raise ValueError(text)


def depth(text):
    now = deepest = 0
    for token in TOKEN.findall(text):
        now += STEPS.get(token, 0)
        deepest = max(deepest, now)
    return deepest


def strict_loads(data):
    return strict_by(data, integer, real)


def exact_loads(data):
    return strict_by(data, int, Decimal)


def strict_by(data, integer, real):
    text = data.decode()
    value = json.loads(text, parse_int=integer, parse_float=real, parse_constant=constant)
    if any(ESCAPE.findall(text)):
        raise ValueError("half of a surrogate pair")
    if depth(text) > 1024:
        raise ValueError("too deep")
    return value


def other_key(key):
    try:
        value = json.loads(key)
    except ValueError:
        return key
    return key if isinstance(value, (list, dict)) else value


def with_other_types(value):
    if isinstance(value, list):
        return tuple(map(with_other_types, value))
    if isinstance(value, dict):
        return {other_key(key): with_other_types(item) for key, item in value.items()}
    return value


def dumps(value, ensure_ascii, allow_nan, sort_keys, item_separator, key_separator, indent):
    return json.dumps(
        value,
        ensure_ascii=bool(ensure_ascii),
        allow_nan=bool(allow_nan),
        sort_keys=bool(sort_keys),
        separators=(item_separator, key_separator),
        indent=indent,
    )
)";

// The functions of the reference.
struct {
  object strict_loads, exact_loads, decimal, loads, with_other_types, dumps;
} standard;

struct separators {
  const char* item;
  const char* key;
};
constexpr std::array<separators, 4> all_separators = {
    {{", ", ": "}, {",", ":"}, {"", ""}, {" ;\"\n", "\x7f=> "}}};
constexpr std::array<const char*, 8> all_indents = {nullptr, nullptr, nullptr, "",
                                                    " ",     "  ",    "\t",    "-> \x01"};

// How standard_dumps is called.
struct dump_choice {
  bool ensure_ascii = true;
  bool allow_nan = true;
  bool sort_keys = false;
  bool other_types = false;  // tuples for lists, and keys of the other types that keys may have
  object item_separator, key_separator, indent;
};

object new_str(const char* text) {
  object made = object::steal(PyUnicode_FromString(text));
  if (!made) fail_with_exception("no str");
  return made;
}

dump_choice choice_of(unsigned flags, unsigned separator) {
  dump_choice made;
  made.ensure_ascii = (flags & 1U) == 0;
  made.allow_nan = (flags & 2U) == 0;
  made.sort_keys = (flags & 4U) != 0;
  made.other_types = (flags & 8U) != 0;
  const char* const indent = all_indents[(flags >> 4U) & 7U];
  if (indent != nullptr) made.indent = new_str(indent);
  const separators& chosen = all_separators[separator % all_separators.size()];
  made.item_separator = new_str(chosen.item);
  made.key_separator = new_str(chosen.key);
  return made;
}

object function(PyObject* names, const char* name) {
  PyObject* const found = PyDict_GetItemString(names, name);
  if (found == nullptr) fail(std::string("the reference has no ") + name);
  return object::borrow(found);
}

bool start() {
  polyhost::fuzz::start_python();
  const object names = object::steal(PyDict_New());
  if (!names || PyDict_SetItemString(names.get(), "__builtins__", PyEval_GetBuiltins()) != 0)
    fail_with_exception("no globals");
  if (!object::steal(PyRun_String(reference, Py_file_input, names.get(), names.get())))
    fail_with_exception("the reference does not run");
  standard.strict_loads = function(names.get(), "strict_loads");
  standard.exact_loads = function(names.get(), "exact_loads");
  standard.decimal = function(names.get(), "Decimal");
  standard.with_other_types = function(names.get(), "with_other_types");
  standard.dumps = function(names.get(), "dumps");
  standard.loads = object::steal(PyObject_GetAttrString(PyDict_GetItemString(names.get(), "json"), "loads"));
  if (!standard.loads) fail_with_exception("no json.loads");
  json::use_direct_objects(true);
  return true;
}

// Null where the standard library refuses: it must be by an exception that is meant for that.
object result_or_refusal(PyObject* made) {
  if (made != nullptr) return object::steal(made);
  if (PyErr_ExceptionMatches(PyExc_ValueError) == 0 && PyErr_ExceptionMatches(PyExc_TypeError) == 0 &&
      PyErr_ExceptionMatches(PyExc_RecursionError) == 0 && PyErr_ExceptionMatches(PyExc_ArithmeticError) == 0)
    fail_with_exception("the standard library fails");
  PyErr_Clear();
  return {};
}

void expect_same(PyObject* ours, PyObject* theirs, const char* where) {
  const std::string our_text = repr(ours);
  const std::string their_text = repr(theirs);
  if (our_text != their_text)
    fail(std::string(where) + "\n  ours:   " + our_text + "\n  theirs: " + their_text);
}

void compare_strictly(const document& input, PyObject* bytes, const object& strict_loads,
                      const json::parse_options& options) {
  json::parse_flaw flaw;
  const object ours = object::steal(json::parse(input.text(), input.size(), options, flaw));
  if (PyErr_Occurred() != nullptr) fail_with_exception("parse raises");
  const object theirs = result_or_refusal(PyObject_CallOneArg(strict_loads.get(), bytes));
  if (!ours && theirs)
    fail(std::string("only ours refuses: ") + flaw.message + " at " + std::to_string(flaw.at));
  if (ours && !theirs) fail("only theirs refuses: " + repr(ours.get()));
  if (ours) expect_same(ours.get(), theirs.get(), "parse");
}

void compare_loads(PyObject* given) {
  const object ours = object::steal(json::standard_loads(given));
  if (!ours) fail_with_exception("standard_loads raises");
  if (ours.get() == Py_NotImplemented) return;
  const object theirs = result_or_refusal(PyObject_CallOneArg(standard.loads.get(), given));
  if (!theirs) fail("json.loads refuses: " + repr(ours.get()));
  expect_same(ours.get(), theirs.get(), "standard_loads");
}

void compare_all_loads(PyObject* bytes) {
  compare_loads(bytes);
  compare_loads(object::steal(PyByteArray_FromObject(bytes)).get());
  compare_loads(object::steal(PyUnicode_FromEncodedObject(bytes, "latin-1", nullptr)).get());
  const object text = object::steal(PyUnicode_FromEncodedObject(bytes, "utf-8", "surrogatepass"));
  if (text) compare_loads(text.get());
  PyErr_Clear();  // the bytes are no UTF-8
}

object our_dumps(PyObject* value, const dump_choice& choice) {
  const json::standard_style style = {choice.ensure_ascii,        choice.allow_nan,
                                      choice.sort_keys,           choice.item_separator.get(),
                                      choice.key_separator.get(), choice.indent.get()};
  object made = object::steal(json::standard_dumps(value, style));
  if (!made) fail_with_exception("standard_dumps raises");
  return made;
}

object their_dumps(PyObject* value, const dump_choice& choice) {
  PyObject* const indent = choice.indent ? choice.indent.get() : Py_None;
  return result_or_refusal(PyObject_CallFunction(
      standard.dumps.get(), "OiiiOOO", value, choice.ensure_ascii, choice.allow_nan, choice.sort_keys,
      choice.item_separator.get(), choice.key_separator.get(), indent));
}

void compare_dumps(PyObject* value, const dump_choice& choice) {
  const object ours = our_dumps(value, choice);
  const long before = live_blocks();
  our_dumps(value, choice);
  if (live_blocks() != before) fail("standard_dumps leaves memory behind");
  if (ours.get() == Py_NotImplemented) return;
  const object theirs = their_dumps(value, choice);
  if (!theirs) fail("json.dumps refuses: " + repr(ours.get()));
  expect_same(ours.get(), theirs.get(), "standard_dumps");
}

// Whatever json.loads makes of the document, with all of its liberties.
void compare_dumps_of_document(PyObject* bytes, const dump_choice& choice) {
  object value = result_or_refusal(PyObject_CallOneArg(standard.loads.get(), bytes));
  if (value && choice.other_types)
    value = result_or_refusal(PyObject_CallOneArg(standard.with_other_types.get(), value.get()));
  if (value) compare_dumps(value.get(), choice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = start();
  const bool has_options = started && size >= 2 && data[0] >= 0x80;
  const dump_choice choice = has_options ? choice_of(data[0], data[1]) : choice_of(0, 0);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (has_options) text.remove_prefix(2);
  const object bytes =
      object::steal(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
  if (!bytes) fail_with_exception("no bytes");
  const document input(text);
  compare_strictly(input, bytes.get(), standard.strict_loads, {});
  json::parse_options exact;
  exact.big_integers = true;
  exact.decimal = standard.decimal.get();
  compare_strictly(input, bytes.get(), standard.exact_loads, exact);
  compare_all_loads(bytes.get());
  compare_dumps_of_document(bytes.get(), choice);
  return 0;
}
