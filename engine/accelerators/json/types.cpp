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

// A class of a module, imported once; null if there is none, without an exception.
PyObject* known_class(const char* module, const char* name, PyObject*& cached) {
  if (cached != nullptr) return cached;
  const object imported = object::steal(PyImport_ImportModule(module));
  cached = imported ? PyObject_GetAttrString(imported.get(), name) : nullptr;
  if (cached == nullptr) PyErr_Clear();
  return cached;
}

bool has_name(PyTypeObject* type, std::string_view name) {
  const std::string_view full = type->tp_name;
  return full == name || (full.ends_with(name) && full[full.size() - name.size() - 1] == '.');
}

}  // namespace

bool is_class(PyTypeObject* type, const char* module, const char* name, PyObject*& cached) {
  return has_name(type, name) && reinterpret_cast<PyObject*>(type) == known_class(module, name, cached);
}

bool is_instance(PyObject* object, const char* module, const char* name, PyObject*& cached) {
  if (cached == nullptr && PyDict_GetItemString(PyImport_GetModuleDict(), module) == nullptr) return false;
  PyObject* const type = known_class(module, name, cached);
  return type != nullptr && PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(type)) != 0;
}

bool is_enumeration(PyTypeObject* type) {
  static PyObject* cached = nullptr;
  PyTypeObject* const meta = Py_TYPE(type);
  return meta != &PyType_Type && (has_name(meta, "EnumType") || has_name(meta, "EnumMeta")) &&
         reinterpret_cast<PyObject*>(meta) == known_class("enum", "EnumMeta", cached);
}

bool is_uuid(PyTypeObject* type) {
  static PyObject* cached = nullptr;
  return is_class(type, "uuid", "UUID", cached);
}

PyObject* own_fields(PyTypeObject* type) {
  if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) return nullptr;
  PyObject* const fields = own_attribute(type, "__dataclass_fields__");
  return fields != nullptr && PyDict_Check(fields) ? fields : nullptr;
}

bool has_own_slots(PyTypeObject* type) { return own_attribute(type, "__slots__") != nullptr; }

int is_instance_field(PyObject* field) {
  static PyObject* cached = nullptr;
  PyObject* const instance_field = known_class("dataclasses", "_FIELD", cached);
  const object kind = object::steal(PyObject_GetAttrString(field, "_field_type"));
  if (!kind) return -1;
  return kind.get() == instance_field ? 1 : 0;
}

}  // namespace polyhost::json
