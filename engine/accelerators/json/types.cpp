#include "accelerators/json/types.h"

#include <polyhost/object.hpp>

#include <cstring>
#include <string_view>

namespace polyhost::json {

namespace {

// What the type itself has, without its bases.
object own_dict(PyTypeObject* type) {
#if PY_VERSION_HEX >= 0x030C0000
  return object::steal(PyType_GetDict(type));
#else
  return object::borrow(type->tp_dict);
#endif
}

PyObject* own_attribute(PyTypeObject* type, const char* name) {
  const object dict = own_dict(type);
  return dict ? PyDict_GetItemString(dict.get(), name) : nullptr;
}

// The class; null, without an exception, if nobody has imported its module, or that has no such class.
PyObject* find(known_class& wanted) {
#ifdef Py_GIL_DISABLED  // other threads may look, too: nothing is kept
  PyObject* found = nullptr;
  if (PyDict_GetItemStringRef(PyImport_GetModuleDict(), wanted.module, &found) < 0) PyErr_Clear();
  const object module = object::steal(found);
  const object type = object::steal(module ? PyObject_GetAttrString(module.get(), wanted.name) : nullptr);
  if (!type) PyErr_Clear();
  return type.get();  // its module has it
#else
  const std::int64_t interpreter = current_interpreter();
  if (wanted.type != nullptr && wanted.interpreter == interpreter) return wanted.type;
  PyObject* const module = PyDict_GetItemString(PyImport_GetModuleDict(), wanted.module);
  wanted.type = module != nullptr ? PyObject_GetAttrString(module, wanted.name) : nullptr;
  wanted.interpreter = interpreter;
  if (wanted.type == nullptr) PyErr_Clear();
  return wanted.type;
#endif
}

bool has_name(PyTypeObject* type, std::string_view name) {
  const std::string_view full = type->tp_name;
  return full == name || (full.ends_with(name) && full[full.size() - name.size() - 1] == '.');
}

}  // namespace

std::int64_t current_interpreter() { return PyInterpreterState_GetID(PyInterpreterState_Get()); }

bool is_class(PyTypeObject* type, known_class& wanted) {
  return has_name(type, wanted.name) && reinterpret_cast<PyObject*>(type) == find(wanted);
}

bool is_instance(PyObject* object, known_class& wanted) {
  PyObject* const type = find(wanted);
  return type != nullptr && PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(type)) != 0;
}

bool is_enumeration(PyTypeObject* type) {
  static constinit known_class meta_class{"enum", "EnumMeta"};
  PyTypeObject* const meta = Py_TYPE(type);
  return meta != &PyType_Type && (has_name(meta, "EnumType") || has_name(meta, "EnumMeta")) &&
         reinterpret_cast<PyObject*>(meta) == find(meta_class);
}

bool is_uuid(PyTypeObject* type) {
  static constinit known_class uuid{"uuid", "UUID"};
  return is_class(type, uuid);
}

PyObject* own_fields(PyTypeObject* type) {
  if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) return nullptr;
  PyObject* const fields = own_attribute(type, "__dataclass_fields__");
  return fields != nullptr && PyDict_Check(fields) ? fields : nullptr;
}

bool has_own_slots(PyTypeObject* type) { return own_attribute(type, "__slots__") != nullptr; }

int is_instance_field(PyObject* field) {
  static constinit known_class instance_field{"dataclasses", "_FIELD"};
  const object kind = object::steal(PyObject_GetAttrString(field, "_field_type"));
  if (!kind) return -1;
  return kind.get() == find(instance_field) ? 1 : 0;
}

}  // namespace polyhost::json
