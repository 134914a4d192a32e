// The definitions of module.hpp.
#pragma once

#include <polyhost/detail/builtin_attributes.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/registration.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/module.hpp>

#include <string>

namespace polyhost {

POLYHOST_INLINE void module_builder::doc(const char* text) {
  if (PyModule_SetDocString(module_, text) != 0) throw_python_error();
}

POLYHOST_INLINE void module_builder::add(const char* name, const object& made) {
  if (!made || PyModule_AddObjectRef(module_, name, made.get()) != 0) throw_python_error();
}

POLYHOST_INLINE PyObject* module_builder::add_exception(const char* name, PyObject* base) {
  const std::string qualified = std::string(PyModule_GetName(module_)) + "." + name;
  object type = object::steal(
      PyErr_NewException(qualified.c_str(), base != nullptr ? base : PyExc_RuntimeError, nullptr));
  add(name, type);
  return type.release();
}

POLYHOST_INLINE int detail::build_module(PyObject* module, void (*body)(module_builder&)) {
  if (!connect() || !install_attributes()) return -1;
  try {
    begin_module();
    module_builder builder(module);
    body(builder);
    if (PyDict_GetItemString(PyModule_GetDict(module), load_notes) != nullptr &&
        PyDict_DelItemString(PyModule_GetDict(module), load_notes) != 0)
      return -1;
    return 0;
  } catch (...) {
    set_python_error_from_current_exception();
    return -1;
  }
}

}  // namespace polyhost
