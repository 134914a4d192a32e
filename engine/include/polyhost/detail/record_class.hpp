// The Python class that m.record makes (record.hpp), as far as it does not depend on the C++ type. An
// instance holds a Python object a member; null where that was never set.
#pragma once

#include <Python.h>
#include <polyhost/convert.hpp>
#include <polyhost/detail/registered_class.hpp>
#include <polyhost/detail/registration.hpp>
#include <polyhost/detail/signature.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace polyhost::detail {

struct record_field {
  bool (*load)(PyObject* from, void* record, argument& arg);
  PyObject* (*make)(const void* record);
  PyObject* (*convert)(PyObject* from, argument& arg);
};

struct record_slot_functions {
  initproc init;
  reprfunc repr;
  richcmpfunc compare;
  traverseproc traverse;
  inquiry clear;
  destructor dealloc;
};

// What the compiler knows of a record.
struct record_definition {
  const record_field* fields;
  std::size_t count;
  void (*add_types)(signature&);
  record_slot_functions slots;
};

struct record_class : registered_class {
  // The closure of an attribute.
  struct attribute {
    const record_class* of;
    std::size_t index;
  };
  signature sig;  // of the constructor: a parameter a member
  std::string doc;
  const record_field* fields = nullptr;
  std::vector<attribute> attributes;
  std::vector<PyGetSetDef> getset;
};

struct record_object {
  PyObject_HEAD PyObject* items[1];  // as many as there are members
};

// Adds the class to the module; if it is new, to `known` too. Borrowed. Throws python_error.
PyObject* add_record(PyObject* module, const record_definition& definition, const signature_text& text,
                     const char* doc, record_class*& known);

// The conversion, both ways; `record` is the C++ value. May throw what its members' conversions throw.
bool load_record(const record_class* known, PyObject* from, void* record, argument& arg);
PyObject* make_record(const record_class& known, const void* record);

// The slots.
int init_record(const record_class& known, PyObject* self, PyObject* args, PyObject* kwargs);
PyObject* describe_record(const record_class& known, PyObject* self);
PyObject* compare_records(const record_class& known, PyObject* self, PyObject* other, int operation);
int traverse_record(const record_class& known, PyObject* self, visitproc visit, void* arg);
int clear_record(const record_class& known, PyObject* self);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/record_class.hpp>
#endif
