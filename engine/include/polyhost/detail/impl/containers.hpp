// The definitions of containers.hpp.
#pragma once

#include <polyhost/containers.hpp>
#include <polyhost/detail/inline.hpp>

namespace polyhost::detail {

POLYHOST_INLINE bool refuse_item(argument& arg, PyObject* item, Py_ssize_t index) {
  if (arg.why == refusal::wrong_type && !arg.given) refuse_type(arg, item, arg.detail);
  arg.item = index;
  return false;
}

POLYHOST_INLINE object as_fast_sequence(PyObject* from, argument& arg) {
#ifdef Py_GIL_DISABLED  // other threads may change a list meanwhile
  if (PyList_Check(from)) {
    object fixed = object::steal(PyList_AsTuple(from));
    if (!fixed) refuse(arg, refusal::raised);
    return fixed;
  }
#endif
  if (PyList_Check(from) || PyTuple_Check(from)) return object::borrow(from);
  if (PyUnicode_Check(from) || PyBytes_Check(from) || PyByteArray_Check(from) || PyDict_Check(from) ||
      (Py_TYPE(from)->tp_iter == nullptr && PySequence_Check(from) == 0)) {
    refuse_type(arg, from);
    return {};
  }
  object items = object::steal(PySequence_List(from));
  if (!items) refuse(arg, refusal::raised);
  return items;
}

POLYHOST_INLINE bool append(PyObject* container, PyObject* item, int (*add)(PyObject*, PyObject*)) {
  const object owned = object::steal(item);
  return owned && add(container, owned.get()) == 0;
}

}  // namespace polyhost::detail
