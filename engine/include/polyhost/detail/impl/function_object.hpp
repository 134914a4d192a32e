// The definitions of detail/function_object.hpp.
#pragma once

#include <polyhost/version.h>
#include <polyhost/detail/batch.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/impl/builtin_attributes.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

// A function object owns f.batch, whose self shares the module's attributes: a cycle that the collector must
// see.
inline int traverse_function(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(as_function(self).made_batch);
  return PyModule_Type.tp_traverse(self, visit, arg);
}
inline int clear_function(PyObject* self) {
  Py_CLEAR(as_function(self).made_batch);
  return PyModule_Type.tp_clear(self);
}
inline void finalize_function(PyObject* self) { Py_CLEAR(as_function(self).made_batch); }

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

POLYHOST_INLINE object make_function_object(PyObject* module, const signature& sig, polyhost_record& record,
                                            const batch_function* batch, bool is_batch) {
  PyTypeObject* type = function_type();
  object self = object::steal(type != nullptr ? type->tp_alloc(type, 0) : nullptr);
  if (!self) throw_python_error();
  PyObject** attributes = _PyObject_GetDictPtr(self.get());
  if (attributes != nullptr) *attributes = Py_NewRef(PyModule_GetDict(module));
  function_object& made = as_function(self.get());
  made.record = &record;
  made.sig = &sig;
  made.batch = batch;
  made.is_batch = is_batch;
  made.made_batch = nullptr;
  const bool by_position = sig.positional == sig.parameters.size();
  made.direct = by_position ? static_cast<Py_ssize_t>(sig.positional) : -1;
  return self;
}

}  // namespace polyhost::detail
