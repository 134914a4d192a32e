// The Python classes that m.enumeration and m.record have made for C++ types: one a type and interpreter,
// kept for ever. A module that is imported again gets the class that it had, so that what was made before
// stays of use. Private to a plugin.
#pragma once

#include <Python.h>
#include <polyhost/convert.hpp>

#include <cstdint>
#include <string>

namespace polyhost::detail {

struct registered_class {
  PyObject* type = nullptr;  // owned
  std::string module;
  std::string name;  // without the module
  std::int64_t interpreter = 0;
  registered_class* next = nullptr;  // an older one, of another interpreter or another module
};

inline std::int64_t this_interpreter() { return PyInterpreterState_GetID(PyInterpreterState_Get()); }

// Of those that begin with `first`, this interpreter's; null if it has none.
template <class Class>
[[gnu::always_inline]] inline Class* find_class(Class* first) {
  if (first == nullptr) return nullptr;
  const std::int64_t interpreter = this_interpreter();
  for (registered_class* known = first; known != nullptr; known = known->next) {
    if (known->interpreter == interpreter) return static_cast<Class*>(known);
  }
  return nullptr;
}

// Throws python_error.
void put_into_module(PyObject* module, const char* name, PyObject* value);

// Puts `known` into the module, if that has had it before; false if the module needs a new class. An
// ImportError, as python_error, if it has one for the same C++ type under another name.
bool add_known_class(PyObject* module, const char* name, const registered_class* known);

// Names `made` and puts its type, a new reference that it takes over, into the module. Throws python_error.
void add_new_class(PyObject* module, const char* name, registered_class& made, object type);

// The text of which T is a part.
template <class T>
constexpr const char* text_with_name() {
  return __PRETTY_FUNCTION__;
}

// Appends "kernels.Color", or, where no class is known, the C++ type's name, which the text has.
void describe_class(std::string& out, const registered_class* known, const char* text_with_name);

// Refuses `from`, which is no instance of `known`, and returns false.
bool refuse_class(argument& arg, PyObject* from, const registered_class* known);

// TypeError: there is no class to make the result of; null.
PyObject* raise_unregistered(const char* text_with_name);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/registered_class.hpp>
#endif
