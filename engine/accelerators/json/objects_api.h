// Python objects for a parsed document, made through CPython's API: what works on every version.
// objects_direct.h is the same, faster, where the layout of the objects is known.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstring>

namespace polyhost::json {

// All functions need the GIL and return a new reference, or null with an exception set. Those that take items
// "steal" them if they succeed, and leave them to the caller if not.
struct api_objects {
  // No dict is made from the shape of an earlier one.
  struct dict_template {};

  static PyObject* ascii(const char* text, std::size_t size) {
    PyObject* const made = PyUnicode_New(static_cast<Py_ssize_t>(size), 127);
    if (made != nullptr) std::memcpy(PyUnicode_1BYTE_DATA(made), text, size);
    return made;
  }
  // The same; the seven bytes behind the text may be read.
  static PyObject* padded_ascii(const char* text, std::size_t size) { return ascii(text, size); }

  static PyObject* floating(double number) { return PyFloat_FromDouble(number); }

  static PyObject* list(PyObject* const* items, std::size_t count) {
    PyObject* const made = PyList_New(static_cast<Py_ssize_t>(count));
    if (made == nullptr) return nullptr;
    for (std::size_t i = 0; i < count; ++i) PyList_SET_ITEM(made, static_cast<Py_ssize_t>(i), items[i]);
    return made;
  }

  static PyObject* empty_dict() { return PyDict_New(); }

  // The keys are exact str; of equal ones the last one's value counts. Steals both.
  static PyObject* dict(PyObject* const* keys, PyObject* const* values, std::size_t count,
                        bool /*has_containers*/) {
    PyObject* const made = PyDict_New();
    if (made == nullptr) return nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      if (PyDict_SetItem(made, keys[i], values[i]) == 0) continue;
      Py_DECREF(made);
      return nullptr;
    }
    for (std::size_t i = 0; i < count; ++i) {
      Py_DECREF(keys[i]);
      Py_DECREF(values[i]);
    }
    return made;
  }

  static dict_template* make_template(PyObject* /*dict*/) { return nullptr; }
  static void free_template(dict_template* /*made*/) {}
  static PyObject* dict_from(const dict_template& /*shape*/, PyObject* const* /*values*/,
                             bool /*has_containers*/) {
    return nullptr;
  }
};

}  // namespace polyhost::json
