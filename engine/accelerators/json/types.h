// Types of the standard library that are recognised, once a script has imported their modules: before that,
// no object is of them.
#pragma once

#include <Python.h>

#include <cstdint>

namespace polyhost::json {

// Whether its members are to be written as their values: exactly enum.EnumMeta makes it.
bool is_enumeration(PyTypeObject* type);

// Whether it is uuid.UUID itself.
bool is_uuid(PyTypeObject* type);

// A class, once it is known, of the interpreter that it was found in. Kept for good: it may be that of an
// interpreter which is no more.
struct known_class {
  const char* module;
  const char* name;
  PyObject* type = nullptr;
  std::int64_t interpreter = -1;
};

// The interpreter that runs.
std::int64_t current_interpreter();

// Whether it is that very class.
bool is_class(PyTypeObject* type, known_class& wanted);

// Whether it is an instance of that class or of a subclass; false, too, as long as nobody has imported the
// module.
bool is_instance(PyObject* object, known_class& wanted);

// The fields of a dataclass by their names, borrowed; null if it is none. What the type itself has, not its
// bases.
PyObject* own_fields(PyTypeObject* type);
// Whether the type itself says which attributes there are, and nothing else is.
bool has_own_slots(PyTypeObject* type);
// Whether one of the fields is an attribute of each instance, unlike a ClassVar or an InitVar. -1 with an
// exception set.
int is_instance_field(PyObject* field);

}  // namespace polyhost::json
