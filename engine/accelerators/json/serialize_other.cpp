// All types that are not exactly built-in ones.
#include "accelerators/json/errors.h"
#include "accelerators/json/fragment.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/types.h"

#include <polyhost/object.hpp>

#include <string>
#include <string_view>

namespace polyhost::json {

namespace {

bool write_fragment(serializer& s, PyObject* fragment) {
  PyObject* const contents = fragment_contents(fragment);
  if (PyBytes_CheckExact(contents))
    return s.word({PyBytes_AS_STRING(contents), static_cast<std::size_t>(PyBytes_GET_SIZE(contents))});
  if (!PyUnicode_CheckExact(contents))
    return raise_encode_error("orjson.Fragment's content is not of type bytes or str");
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(contents, &size);
  if (utf8 == nullptr) return raise_surrogates();
  return s.word({utf8, static_cast<std::size_t>(size)});
}

bool write_attribute(serializer& s, PyObject* owner, PyObject* name) {
  const object value = object::steal(PyObject_GetAttr(owner, name));
  return value ? s.value(value.get()) : raise_unsupported(owner);
}

// The attributes that a dataclass's instance has, in the order of their assignment.
bool write_instance_dict(serializer& s, PyObject* attributes, bool& is_empty) {
  const Py_ssize_t size = PyDict_GET_SIZE(attributes);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(attributes, &position, &key, &value) != 0) {
    if (!PyUnicode_CheckExact(key)) return raise_encode_error("Dict key must be str");
    if (PyUnicode_GET_LENGTH(key) > 0 && PyUnicode_READ_CHAR(key, 0) == '_') continue;
    is_empty = false;
    const object kept = object::borrow(value);
    if (!s.next() || !s.str(key)) return false;
    s.colon();
    if (!s.value(kept.get()) || !serializer::has_size(attributes, size)) return false;
    s.comma();
  }
  return true;
}

bool write_fields(serializer& s, PyObject* instance, PyObject* fields, bool& is_empty) {
  const Py_ssize_t size = PyDict_GET_SIZE(fields);
  Py_ssize_t position = 0;
  PyObject* name = nullptr;
  PyObject* field = nullptr;
  while (PyDict_Next(fields, &position, &name, &field) != 0) {
    const object kept_name = object::borrow(name);
    const object kept_field = object::borrow(field);
    const int is_field = PyUnicode_Check(name) ? is_instance_field(field) : -1;
    if (is_field < 0) return raise_unsupported(instance);
    if (!serializer::has_size(fields, size)) return false;
    if (is_field == 0 || (PyUnicode_GET_LENGTH(name) > 0 && PyUnicode_READ_CHAR(name, 0) == '_')) continue;
    is_empty = false;
    if (!s.next() || !s.str(name)) return false;
    s.colon();
    if (!write_attribute(s, instance, name) || !serializer::has_size(fields, size)) return false;
    s.comma();
  }
  return true;
}

bool write_dataclass(serializer& s, PyObject* instance, PyObject* fields) {
  const object kept = object::borrow(fields);  // Python code may run from here on
  if (!s.enter('{')) return false;
  bool is_empty = true;
  object attributes;
  if (!has_own_slots(Py_TYPE(instance))) {
    attributes = object::steal(PyObject_GetAttrString(instance, "__dict__"));
    if (!attributes) PyErr_Clear();
  }
  const bool has_dict = attributes && PyDict_Check(attributes.get()) && PyDict_GET_SIZE(attributes.get()) > 0;
#ifdef Py_GIL_DISABLED  // other threads may change it
  if (has_dict) attributes = object::steal(PyDict_Copy(attributes.get()));
  if (has_dict && !attributes) return false;
#endif
  if (has_dict ? !write_instance_dict(s, attributes.get(), is_empty)
               : !write_fields(s, instance, fields, is_empty))
    return false;
  return s.leave('}', is_empty);
}

bool write_subclass(serializer& s, PyObject* object) {
  if (PyUnicode_Check(object)) return s.str(object);
  if (PyLong_Check(object)) return s.integer(object);
  if (PyList_Check(object)) return s.list(object);
  return s.dict(object);
}

bool write_uuid(serializer& s, PyObject* uuid) {
  std::string text;
  return uuid_text(uuid, text) && s.text(text);
}

}  // namespace

bool serialize_other(serializer& s, PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  if (!s.has(dump_option::passthrough_datetime)) {
    const outcome time = serialize_time(s, object);
    if (time != outcome::not_mine) return time == outcome::done;
  }
  if (is_uuid(type)) return write_uuid(s, object);
  if (is_enumeration(type)) {
    const polyhost::object value = polyhost::object::steal(PyObject_GetAttrString(object, "value"));
    return value ? s.stand_in(value.get()) : raise_unsupported(object);
  }
  constexpr unsigned long subclasses = Py_TPFLAGS_UNICODE_SUBCLASS | Py_TPFLAGS_LONG_SUBCLASS |
                                       Py_TPFLAGS_LIST_SUBCLASS | Py_TPFLAGS_DICT_SUBCLASS;
  if ((type->tp_flags & subclasses) != 0 && !s.has(dump_option::passthrough_subclass))
    return write_subclass(s, object);
  if (!s.has(dump_option::passthrough_dataclass)) {
    PyObject* const fields = own_fields(type);
    if (fields != nullptr) return write_dataclass(s, object, fields);
  }
  if (is_fragment(type)) return write_fragment(s, object);
  if (s.has(dump_option::serialize_numpy)) {
    const outcome numpy = serialize_numpy(s, object);
    if (numpy != outcome::not_mine) return numpy == outcome::done;
  }
  if (s.has(dump_option::more_types | dump_option::decimals)) {
    const outcome more = serialize_more(s, object);
    if (more != outcome::not_mine) return more == outcome::done;
  }
  return s.ask_default(object);
}

bool uuid_text(PyObject* uuid, std::string& text) {
  const object number = object::steal(PyObject_GetAttrString(uuid, "int"));
  const object bits = object::steal(number ? PyLong_FromLong(64) : nullptr);
  const object high = object::steal(bits ? PyNumber_Rshift(number.get(), bits.get()) : nullptr);
  if (!high) return false;
  const unsigned long long halves[] = {PyLong_AsUnsignedLongLongMask(high.get()),
                                       PyLong_AsUnsignedLongLongMask(number.get())};
  if (PyErr_Occurred() != nullptr) return false;
  text.clear();
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += "0123456789abcdef"[(halves[i / 16] >> (60 - 4 * (i % 16))) & 15U];
  }
  return true;
}

}  // namespace polyhost::json
