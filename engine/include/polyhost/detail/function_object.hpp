// The `self` of every native function: how a call finds its record and its signature, and how
// inspect.signature() sees the types. The callable itself is CPython's own builtin function.
#pragma once

#include <Python.h>
#include <polyhost/abi.h>
#include <polyhost/version.h>
#include <polyhost/detail/signature.hpp>
#include <polyhost/object.hpp>

#include <cstddef>

namespace polyhost::detail {

// An instance of a subclass of module: `self` is then a module to Python, as it is for any other function
// of an extension module, so that repr, help, pickle and profilers treat the function like one of those.
// It shares the attributes of the module it stands for.
struct function_object;

// What Python calls: METH_FASTCALL | METH_KEYWORDS.
using entry_point = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

// How f.batch is made; null for functions that have none.
struct batch_entry {
  entry_point call;
  void (*add_types)(signature&);
};

struct function_object {
  static constexpr std::size_t room_for_module = 128;  // CPython's part; checked when the type is made
  alignas(16) std::byte module_part[room_for_module];
  polyhost_record* record;
  const signature* sig;
  // With this many arguments, and no keywords, they are the parameters as they stand; or -1.
  Py_ssize_t direct;
  const batch_entry* batch;
  PyObject* batch_function;  // made when it is first asked for; owned
};

inline function_object& as_function(PyObject* self) { return *reinterpret_cast<function_object*>(self); }

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
def signature(text):
    names = Names(Callable=collections.abc.Callable)
    source = "def function" + text + ": pass"
    try:
        exec(source, names)
    except (AttributeError, TypeError):
        exec("from __future__ import annotations\n" + source, names)
    return inspect.signature(names["function"])
)";

// __polyhost_signature__ of a function's self: a new inspect.Signature.
inline PyObject* make_inspect_signature(PyObject* self, PyObject*) {
  const object globals = object::steal(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) != 0)
    return nullptr;
  const object done =
      object::steal(PyRun_String(signature_script, Py_file_input, globals.get(), globals.get()));
  PyObject* make = done ? PyDict_GetItemString(globals.get(), "signature") : nullptr;
  return make != nullptr ? PyObject_CallFunction(make, "s", as_function(self).sig->text(true).c_str())
                         : nullptr;
}

// __polyhost_batch__ of a function's self: f.batch, made when it is first asked for (module.hpp).
PyObject* get_or_make_batch(PyObject* self, PyObject*);

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

inline constexpr const char* signature_attribute = "__signature__";
inline constexpr const char* signature_method = "__polyhost_signature__";
inline constexpr const char* batch_attribute = "batch";
inline constexpr const char* batch_method = "__polyhost_batch__";

// inspect has no other way to learn the types of a builtin function (its text signature must not have any),
// and there is no other place for f.batch: builtin functions have no attributes of their own.
inline bool install_attributes() {
  return install_attribute<signature_attribute, signature_method>() &&
         install_attribute<batch_attribute, batch_method>();
}

// A function object owns f.batch, whose self shares the module's attributes: a cycle that the collector must
// see.
inline int traverse_function(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(as_function(self).batch_function);
  return PyModule_Type.tp_traverse(self, visit, arg);
}
inline int clear_function(PyObject* self) {
  Py_CLEAR(as_function(self).batch_function);
  return PyModule_Type.tp_clear(self);
}
inline void finalize_function(PyObject* self) { Py_CLEAR(as_function(self).batch_function); }

// The type of function objects, made once a plugin; borrowed. Null with an exception set.
[[gnu::visibility("hidden")]] inline PyTypeObject* function_type() {
  static PyTypeObject* type = nullptr;
  if (type != nullptr) return type;
  if (PyModule_Type.tp_basicsize > static_cast<Py_ssize_t>(function_object::room_for_module)) {
    PyErr_Format(
        PyExc_ImportError,
        "this Python's modules are larger (%zd bytes) than polyhost %s knows: rebuild with a newer polyhost",
        PyModule_Type.tp_basicsize, POLYHOST_VERSION);
    return nullptr;
  }
  static PyMethodDef methods[] = {
      {signature_method, make_inspect_signature, METH_NOARGS, "The function's inspect.Signature."},
      {batch_method, get_or_make_batch, METH_NOARGS, "The function for every item of its arguments."},
      {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {{Py_tp_methods, methods},
                                {Py_tp_traverse, reinterpret_cast<void*>(traverse_function)},
                                {Py_tp_clear, reinterpret_cast<void*>(clear_function)},
                                {Py_tp_finalize, reinterpret_cast<void*>(finalize_function)},
                                {0, nullptr}};
  static PyType_Spec spec{"polyhost.function", sizeof(function_object), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
  const object bases = object::steal(PyTuple_Pack(1, &PyModule_Type));
  if (bases) type = reinterpret_cast<PyTypeObject*>(PyType_FromSpecWithBases(&spec, bases.get()));
  return type;
}

// A new function object for a function of `module`.
inline object make_function_object(PyObject* module, const signature& sig, polyhost_record& record,
                                   const batch_entry* batch = nullptr) {
  PyTypeObject* type = function_type();
  object self = object::steal(type != nullptr ? type->tp_alloc(type, 0) : nullptr);
  if (!self) throw_python_error();
  PyObject** attributes = _PyObject_GetDictPtr(self.get());
  if (attributes != nullptr) *attributes = Py_NewRef(PyModule_GetDict(module));
  as_function(self.get()).record = &record;
  as_function(self.get()).sig = &sig;
  as_function(self.get()).batch = batch;
  as_function(self.get()).batch_function = nullptr;
  const bool by_position = sig.positional == sig.parameters.size();
  as_function(self.get()).direct = by_position ? static_cast<Py_ssize_t>(sig.positional) : -1;
  return self;
}

}  // namespace polyhost::detail
