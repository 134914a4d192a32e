// The definitions of detail/registered_class.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/registered_class.hpp>

#include <string_view>
#include <utility>

namespace polyhost::detail {

POLYHOST_INLINE void put_into_module(PyObject* module, const char* name, PyObject* value) {
  if (PyModule_AddObjectRef(module, name, value) != 0) throw_python_error();
}

POLYHOST_INLINE bool add_known_class(PyObject* module, const char* name, const registered_class* known) {
  if (known == nullptr || known->module != PyModule_GetName(module)) return false;
  if (known->name != name) {
    PyErr_Format(PyExc_ImportError, "%s: the C++ type of %s has a class already: %s", known->module.c_str(),
                 name, known->name.c_str());
    throw_python_error();
  }
  put_into_module(module, name, known->type);
  return true;
}

POLYHOST_INLINE void add_new_class(PyObject* module, const char* name, registered_class& made, object type) {
  made.module = PyModule_GetName(module);
  made.name = name;
  made.interpreter = this_interpreter();
  put_into_module(module, name, type.get());
  made.type = type.release();
}

// "... [with T = geometry::Color]" -> "Color"
inline std::string_view short_cpp_name(std::string_view text) {
  const std::size_t start = text.find("T = ") + 4;
  const std::size_t end = text.find_first_of(";<", start);
  text = text.substr(start, (end == std::string_view::npos ? text.rfind(']') : end) - start);
  const std::size_t scope = text.rfind("::");
  return scope == std::string_view::npos ? text : text.substr(scope + 2);
}

POLYHOST_INLINE void describe_class(std::string& out, const registered_class* known,
                                    const char* text_with_name) {
  if (known != nullptr) {
    out.append(known->module).append(".").append(known->name);
  } else {
    out += short_cpp_name(text_with_name);
  }
}

POLYHOST_INLINE bool refuse_class(argument& arg, PyObject* from, const registered_class* known) {
  return refuse_type(
      arg, from,
      known != nullptr ? nullptr : "that C++ type has no class: m.enumeration or m.record makes one");
}

POLYHOST_INLINE PyObject* raise_unregistered(const char* text_with_name) {
  const std::string name(short_cpp_name(text_with_name));
  return PyErr_Format(PyExc_TypeError, "the C++ type %s has no class: m.enumeration or m.record makes one",
                      name.c_str());
}

}  // namespace polyhost::detail
