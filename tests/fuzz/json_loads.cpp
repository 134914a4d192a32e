// A fuzz target: each input is parsed with objects made in place and with objects made through Python's API,
// again and again, since what earlier documents taught must change nothing; what was parsed is used, and
// written and parsed again.
#include "accelerators/json/layout.h"
#include "accelerators/json/parse.h"
#include "accelerators/json/serialize.h"
#include "embedded.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
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

// Documents of this size or less are copied before they are parsed (parse.cpp): others are read where they
// are.
constexpr std::size_t longest_copy = 4096;
constexpr std::size_t deepest_dump = 254;

object collect;                       // gc.collect
std::array<object, 8> more_keys;      // what dicts are given, to make them grow
std::array<object, 2> known_results;  // keeps values of known documents alive beside the next ones

// They have shapes, keys and flaws in common with what the fuzzer tries.
constexpr std::array known_documents = {
    R"({"a": 1, "b": 2})",
    R"([{"id": 1, "name": "x", "tags": []}, {"id": 2, "name": "yy", "tags": ["a", "b"]}])",
    R"({"a": {"b": {"c": [{"d": 1}, {"d": 2, "e": {}}]}}})",
    R"({"a": 1, "a": 2, "b": {"a": 3}})",
    R"({"a key of more than thirty-one bytes": 1, "ключ": "значение", "": null})",
    R"({"a": 1, "b")",
    R"([1, 2.5, -3e10, "\u00e9\ud83d\ude00", true, false, null])",
};

// What parsing gave: a value, with its repr, or a flaw.
struct outcome {
  object value;
  std::string text;
  json::parse_flaw flaw;
};

outcome parsed(const document& from) {
  outcome made;
  made.value = object::steal(json::parse(from.text(), from.size(), {}, made.flaw));
  if (PyErr_Occurred() != nullptr) fail_with_exception("parse raises");
  if (made.value) {
    made.text = repr(made.value.get());
  } else if (made.flaw.message == nullptr || made.flaw.at > from.size()) {
    fail("a flaw without a message, or outside of the document");
  }
  return made;
}

std::string description(const outcome& of) {
  if (of.value) return of.text;
  return std::string(of.flaw.message) + " at " + std::to_string(of.flaw.at);
}

void expect_same(const outcome& a, const outcome& b, const char* where) {
  if (description(a) != description(b) || static_cast<bool>(a.value) != static_cast<bool>(b.value))
    fail(std::string(where) + ": " + description(a) + "\n  and: " + description(b));
}

void expect_equal(PyObject* a, PyObject* b) {
  const int equal = PyObject_RichCompareBool(a, b, Py_EQ);
  if (equal < 0) fail_with_exception("values do not compare");
  if (equal == 0) fail("values are not equal: " + repr(a) + "\n  and: " + repr(b));
}

void choose_objects(bool direct) {
  // As use_direct_objects, which would compare all of the layout with Python's each time: start() had it do
  // so.
  json::layout::agrees = direct;
}

// Parsing, with nothing kept from before or for later, leaves so many blocks of memory.
long blocks_left_by(const document& input) {
  json::forget_documents();
  const long before = live_blocks();
  for (int i = 0; i < 3; ++i) parsed(input);
  json::forget_documents();
  return live_blocks() - before;
}

void expect_no_growth(const document& input) {
  blocks_left_by(input);
  const long left = blocks_left_by(input);
  if (left != 0) fail("memory grows by " + std::to_string(left) + " blocks");
}

void parse_known_documents() {
  for (std::size_t i = 0; i < known_documents.size(); ++i)
    known_results[i % known_results.size()] = parsed(document(known_documents[i])).value;
}

// Before the known documents, behind them, and three times in a row.
outcome parsed_often(const document& input) {
  outcome first = parsed(input);
  parse_known_documents();
  for (int i = 0; i < 2; ++i) expect_same(first, parsed(input), "parsed again");
  const long before = live_blocks();
  expect_same(first, parsed(input), "parsed again");
  // More may be right, where a key is kept in place of another one. Not for all inputs, so that there is
  // something that is kept.
  if (live_blocks() > before || input.size() % 16 == 0) expect_no_growth(input);
  return first;
}

// Read where it is, since it is too long to be copied.
void expect_same_behind_spaces(const document& input, const outcome& expected) {
  if (input.view().starts_with("\xef\xbb\xbf"))
    return;  // a byte order mark, which is told of at the beginning only
  outcome behind = parsed(document(std::string(longest_copy, ' ').append(input.view())));
  if (!behind.value && std::strcmp(behind.flaw.message, "input data is empty") != 0)
    behind.flaw.at -= longest_copy;
  expect_same(expected, behind, "behind spaces");
}

std::size_t depth_of(PyObject* value) {
  std::size_t deepest = 0;
  if (PyList_CheckExact(value)) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); ++i)
      deepest = std::max(deepest, depth_of(PyList_GET_ITEM(value, i)));
    return deepest + 1;
  }
  if (!PyDict_CheckExact(value)) return 0;
  Py_ssize_t position = 0;
  PyObject* item = nullptr;
  while (PyDict_Next(value, &position, nullptr, &item) != 0) deepest = std::max(deepest, depth_of(item));
  return deepest + 1;
}

// Null where the value is too deep to be written.
object dumped(PyObject* value, std::uint32_t options) {
  object made = object::steal(json::dump(value, nullptr, options));
  if (made) return made;
  if (PyErr_ExceptionMatches(PyExc_TypeError) == 0 || depth_of(value) <= deepest_dump)
    fail_with_exception("what was parsed cannot be written");
  PyErr_Clear();
  return made;
}

void expect_round_trip(const outcome& of, std::uint32_t options) {
  const object text = dumped(of.value.get(), options);
  if (!text) return;
  const std::string_view bytes(PyBytes_AS_STRING(text.get()),
                               static_cast<std::size_t>(PyBytes_GET_SIZE(text.get())));
  const outcome again = parsed(document(bytes));
  if (!again.value) fail("what was written cannot be read: " + description(again));
  expect_equal(of.value.get(), again.value.get());
  if ((options & json::dump_option::sort_keys) == 0) expect_same(of, again, "round trip");
}

void expect_round_trips(const outcome& of) {
  using option = json::dump_option;
  expect_round_trip(of, 0);
  expect_round_trip(of, option::indent_2 | option::append_newline);
  expect_round_trip(of, option::sort_keys | option::non_str_keys);
}

// What a script may do with its values, which needs all of their fields to be right.
void change(PyObject* value);

void change_dict(PyObject* dict) {
  Py_ssize_t position = 0;
  PyObject* item = nullptr;
  while (PyDict_Next(dict, &position, nullptr, &item) != 0) change(item);
  const object copy = object::steal(PyDict_Copy(dict));
  if (!copy) fail_with_exception("no copy of a dict");
  for (const object& key : more_keys) {
    if (PyDict_SetItem(dict, key.get(), Py_None) != 0) fail_with_exception("nothing can be added to a dict");
  }
  for (const object& key : more_keys) {
    if (PyDict_DelItem(dict, key.get()) != 0) fail_with_exception("nothing can be taken from a dict");
  }
  PyDict_Clear(dict);
}

void change_list(PyObject* list) {
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) change(PyList_GET_ITEM(list, i));
  if (PyList_Append(list, Py_None) != 0 || PyList_Insert(list, 0, Py_None) != 0 || PyList_Reverse(list) != 0)
    fail_with_exception("a list cannot be changed");
}

void change(PyObject* value) {
  if (PyDict_CheckExact(value)) change_dict(value);
  if (PyList_CheckExact(value)) change_list(value);
}

void collect_garbage() {
  constexpr int young_ones = 1;  // with old ones, Python would let go of the free objects that it keeps
  if (!object::steal(PyObject_CallFunction(collect.get(), "i", young_ones)))
    fail_with_exception("the garbage collector fails");
}

bool start() {
  polyhost::fuzz::start_python();
  const object gc = object::steal(PyImport_ImportModule("gc"));
  collect = object::steal(gc ? PyObject_GetAttrString(gc.get(), "collect") : nullptr);
  if (!collect) fail_with_exception("no gc.collect");
  for (std::size_t i = 0; i < more_keys.size(); ++i)
    more_keys[i] = object::steal(PyUnicode_FromFormat("one more: %zu", i));
  json::use_direct_objects(true);
  if (!json::uses_direct_objects()) std::fputs("no direct objects for this Python\n", stderr);
  return json::uses_direct_objects();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool has_direct_objects = start();
  const document input({reinterpret_cast<const char*>(data), size});
  choose_objects(has_direct_objects);
  const outcome direct = parsed_often(input);
  expect_same_behind_spaces(input, direct);
  choose_objects(false);
  const outcome by_api = parsed_often(input);
  choose_objects(has_direct_objects);
  expect_same(direct, by_api, "direct and API objects");
  if (!direct.value) return 0;
  expect_equal(direct.value.get(), by_api.value.get());
  expect_equal(by_api.value.get(), direct.value.get());
  expect_round_trips(direct);
  collect_garbage();
  change(direct.value.get());
  change(by_api.value.get());
  expect_same(by_api, parsed(input), "after the values were changed");
  return 0;
}
