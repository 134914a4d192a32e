// Attributes that native functions have and other builtin functions have not: __signature__ and batch; and
// one that their modules have: __polyhost__. They are put on CPython's own types: a builtin function has no
// room for attributes of its own, and a module's would not be made anew each time.
#pragma once

#include <Python.h>
#include <polyhost/detail/builtin_attributes.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/object.hpp>

namespace polyhost::detail {

inline constexpr const char* signature_attribute = "__signature__";
inline constexpr const char* signature_method = "__polyhost_signature__";
inline constexpr const char* batch_attribute = "batch";
inline constexpr const char* batch_method = "__polyhost_batch__";
inline constexpr const char* ledger_attribute = "__polyhost__";

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

// __get__ of __polyhost__, of modules: asks the ledger, which knows the modules that have functions in it;
// for all others, and for the class itself, the attribute stays missing.
[[gnu::cold]] inline PyObject* get_ledger(PyObject*, PyObject* module, PyObject*) {
  const object name = object::steal(module != nullptr ? PyModule_GetNameObject(module) : nullptr);
  const object keeper = name ? ledger_module() : object();
  object ledger =
      keeper ? object::steal(PyObject_CallMethod(keeper.get(), "ledger_of", "O", name.get())) : object();
  if (ledger && ledger.get() != Py_None) return ledger.release();
  if (name && PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(PyExc_AttributeError) == 0)
    return nullptr;
  PyErr_SetString(PyExc_AttributeError, ledger_attribute);  // the module makes it its own sentence
  return nullptr;
}

// Adds such an attribute to a type of CPython's, once an interpreter: the first plugin's serves them all.
// One that has only __get__ costs nothing where other attributes are looked up; a module's own __getattr__
// would keep call sites from being specialised.
[[gnu::cold]] inline bool install_attribute(PyTypeObject& owner, const char* attribute_name,
                                            descrgetfunc get) {
#if PY_VERSION_HEX >= 0x030C0000
  const object attributes = object::steal(PyType_GetDict(&owner));
#else
  const object attributes = object::borrow(owner.tp_dict);
#endif
  const object name = object::steal(PyUnicode_InternFromString(attribute_name));
  const int known = name ? PyDict_Contains(attributes.get(), name.get()) : -1;
  if (known != 0) return known > 0;
  PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(get)}, {0, nullptr}};
  PyType_Spec spec{"polyhost.attribute", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
  const object type = object::steal(PyType_FromSpec(&spec));
  const object attribute = object::steal(type ? PyObject_CallNoArgs(type.get()) : nullptr);
  if (!attribute || PyDict_SetItem(attributes.get(), name.get(), attribute.get()) != 0) return false;
  PyType_Modified(&owner);
  return true;
}

[[gnu::cold]] POLYHOST_INLINE bool install_attributes() {
  return install_attribute(PyCFunction_Type, signature_attribute,
                           get_attribute<signature_attribute, signature_method>) &&
         install_attribute(PyCFunction_Type, batch_attribute, get_attribute<batch_attribute, batch_method>) &&
         install_attribute(PyModule_Type, ledger_attribute, get_ledger);
}

}  // namespace polyhost::detail
