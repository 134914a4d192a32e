// Types of the standard library that are recognised. Each is imported when an object is met that may be of
// it: then its module has been imported by somebody else, too.
#pragma once

#include <Python.h>

#include <string>

namespace polyhost::json {

// Whether its members are to be written as their values: exactly enum.EnumMeta makes it.
bool is_enumeration(PyTypeObject* type);

// Whether it is uuid.UUID itself.
bool is_uuid(PyTypeObject* type);

// Whether it is that very class of that module: as "collections", "deque". `cached` keeps the class once it
// is known.
bool is_class(PyTypeObject* type, const char* module, const char* name, PyObject*& cached);

// Whether it is an instance of that class or of a subclass; false, too, as long as nobody has imported the
// module.
bool is_instance(PyObject* object, const char* module, const char* name, PyObject*& cached);

// The fields of a dataclass by their names, borrowed; null if it is none. What the type itself has, not its
// bases.
PyObject* own_fields(PyTypeObject* type);
// Whether the type itself says which attributes there are, and nothing else is.
bool has_own_slots(PyTypeObject* type);
// Whether one of the fields is an attribute of each instance, unlike a ClassVar or an InitVar. -1 with an
// exception set.
int is_instance_field(PyObject* field);

}  // namespace polyhost::json
