// Dicts whose keys are sorted, or may be other than str: all keys are made text first.
#include "accelerators/json/errors.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/types.h"
#include "accelerators/json/write_number.h"

#include <polyhost/object.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace polyhost::json {

namespace {

struct entry {
  std::string key;  // UTF-8
  object value;
};

bool text_of_str(PyObject* key, std::string& text) {
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(key, &size);
  if (utf8 == nullptr) return raise_surrogates();
  text.assign(utf8, static_cast<std::size_t>(size));
  return true;
}

bool text_of_integer(PyObject* key, std::string& text) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(key, &overflow);
  const bool is_negative = overflow == 0 && number < 0;
  auto magnitude = static_cast<unsigned long long>(number);
  if (is_negative) magnitude = 0 - magnitude;
  if (overflow > 0) magnitude = PyLong_AsUnsignedLongLong(key);
  if (overflow < 0 || PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return raise_encode_error("Dict integer key must be within 64-bit range");
  }
  char digits[longest_number];
  text.assign(digits, put_integer(digits, magnitude, is_negative));
  return true;
}

bool text_of_float(double number, std::string& text) {
  char digits[longest_number];
  text.assign(digits, put_double(digits, number, float_style::json));
  return true;
}

bool text_of_key(const serializer& s, PyObject* key, std::string& text) {
  if (PyUnicode_CheckExact(key)) return text_of_str(key, text);
  if (!s.has(dump_option::non_str_keys)) return raise_encode_error("Dict key must be str");
  if (key == Py_None || PyBool_Check(key)) {
    text = key == Py_None ? "null" : key == Py_True ? "true" : "false";
    return true;
  }
  PyTypeObject* const type = Py_TYPE(key);
  if (is_enumeration(type)) {
    const object value = object::steal(PyObject_GetAttrString(key, "value"));
    if (!value) return false;
    if (is_enumeration(Py_TYPE(value.get())))
      return raise_encode_error("Dict key must a type serializable with OPT_NON_STR_KEYS");
    return text_of_key(s, value.get(), text);
  }
  if (PyUnicode_Check(key)) return text_of_str(key, text);
  if (PyLong_Check(key)) return text_of_integer(key, text);
  if (PyFloat_CheckExact(key)) return text_of_float(PyFloat_AS_DOUBLE(key), text);
  if (is_uuid(type)) return uuid_text(key, text);
  const outcome time = time_text(s, key, text);
  if (time != outcome::not_mine) return time == outcome::done;
  return raise_encode_error("Dict key must a type serializable with OPT_NON_STR_KEYS");
}

}  // namespace

bool serialize_converted_dict(serializer& s, PyObject* dict) {
  std::vector<entry> entries;
  entries.reserve(static_cast<std::size_t>(PyDict_GET_SIZE(dict)));
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(dict, &position, &key, &value) != 0) {
    const object kept = object::borrow(key);
    entries.push_back({{}, object::borrow(value)});
    if (!text_of_key(s, kept.get(), entries.back().key) || !serializer::has_size(dict, size)) return false;
  }
  if (s.has(dump_option::sort_keys))
    std::stable_sort(entries.begin(), entries.end(),
                     [](const entry& a, const entry& b) { return a.key < b.key; });
  if (!s.enter('{')) return false;
  for (const entry& e : entries) {
    if (!s.next() || !s.text(e.key)) return false;
    s.colon();
    if (!s.value(e.value.get())) return false;
    s.comma();
  }
  return s.leave('}', entries.empty());
}

}  // namespace polyhost::json
