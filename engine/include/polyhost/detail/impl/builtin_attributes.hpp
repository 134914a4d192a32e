// Attributes that native functions have and other builtin functions have not: __signature__ and batch. They
// are put on CPython's own type of builtin functions, whose objects have no room for attributes of their own.
#pragma once

#include <Python.h>
#include <polyhost/detail/builtin_attributes.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/object.hpp>

namespace polyhost::detail {

inline constexpr const char* signature_attribute = "__signature__";
inline constexpr const char* signature_method = "__polyhost_signature__";
inline constexpr const char* batch_attribute = "batch";
inline constexpr const char* batch_method = "__polyhost_batch__";

// Builds an inspect.Signature by giving Python a function of that signature. Names that are neither builtins
// nor imported modules (Buffer, float64, ...) become classes of that name. Annotations of pybind11's that are
// no expressions of classes stay text.
inline constexpr const char* signature_script = R"(
import builtins, inspect, collections.abc, sys, types
class Names(dict):
    def __missing__(self, name):
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if name in sys.modules:
            return sys.modules[name]
        made = self[name] = type(name, (), {"__module__": "builtins", "__class_getitem__": classmethod(types.GenericAlias)})
        return made
def signature(text, defaults):
    names = Names(Callable=collections.abc.Callable)
    source = "def function" + text + ": pass"
    try:
        exec(source, names)
    except (AttributeError, TypeError):
        exec("from __future__ import annotations\n" + source, names)
    made = inspect.signature(names["function"])
    return made.replace(parameters=[p.replace(default=defaults.get(p.name, p.default)) for p in made.parameters.values()])
)";

POLYHOST_INLINE PyObject* make_signature_object(const signature& s) {
  const object defaults = object::steal(PyDict_New());
  for (const parameter& p : s.parameters) {
    if (!defaults ||
        (p.default_value && PyDict_SetItem(defaults.get(), p.key.get(), p.default_value.get()) != 0))
      return nullptr;
  }
  const object globals = object::steal(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) != 0)
    return nullptr;
  const object done =
      object::steal(PyRun_String(signature_script, Py_file_input, globals.get(), globals.get()));
  PyObject* make = done ? PyDict_GetItemString(globals.get(), "signature") : nullptr;
  return make != nullptr ? PyObject_CallFunction(make, "sO", s.text(true, "...").c_str(), defaults.get())
                         : nullptr;
}

// __polyhost_signature__ of a function's self.
inline PyObject* make_inspect_signature(PyObject* self, PyObject*) {
  return make_signature_object(*as_function(self).sig);
}

// __get__ of an attribute of builtin_function_or_method: asks the method of that name of the function's self,
// whichever plugin made it; for all other functions, and for the class itself, the attribute stays missing.
template <const char* const& Attribute, const char* const& Method>
PyObject* get_attribute(PyObject*, PyObject* function, PyObject*) {
  PyObject* self =
      function != nullptr && PyCFunction_Check(function) ? PyCFunction_GET_SELF(function) : nullptr;
  if (self != nullptr && PyModule_Check(self) && !PyModule_CheckExact(self)) {
    const object method =
        object::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(self)), Method));
    if (method) return PyObject_CallOneArg(method.get(), self);
    PyErr_Clear();
  }
  PyErr_Format(PyExc_AttributeError, "'builtin_function_or_method' object has no attribute '%s'", Attribute);
  return nullptr;
}

// Adds such an attribute, once an interpreter: the first plugin's serves them all.
template <const char* const& Attribute, const char* const& Method>
bool install_attribute() {
#if PY_VERSION_HEX >= 0x030C0000
  const object attributes = object::steal(PyType_GetDict(&PyCFunction_Type));
#else
  const object attributes = object::borrow(PyCFunction_Type.tp_dict);
#endif
  const object name = object::steal(PyUnicode_InternFromString(Attribute));
  const int known = name ? PyDict_Contains(attributes.get(), name.get()) : -1;
  if (known != 0) return known > 0;
  static PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(get_attribute<Attribute, Method>)},
                                {0, nullptr}};
  static PyType_Spec spec{"polyhost.attribute", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
  const object type = object::steal(PyType_FromSpec(&spec));
  const object attribute = object::steal(type ? PyObject_CallNoArgs(type.get()) : nullptr);
  if (!attribute || PyDict_SetItem(attributes.get(), name.get(), attribute.get()) != 0) return false;
  PyType_Modified(&PyCFunction_Type);
  return true;
}

POLYHOST_INLINE bool install_attributes() {
  return install_attribute<signature_attribute, signature_method>() &&
         install_attribute<batch_attribute, batch_method>();
}

}  // namespace polyhost::detail
