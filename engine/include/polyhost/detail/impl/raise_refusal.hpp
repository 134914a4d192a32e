// The definitions of detail/raise_refusal.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/raise_refusal.hpp>

#include <cstring>

namespace polyhost::detail {

// "TypeError: kernels.fib(): argument 'n' must be int, not str"
inline void raise_refusal(const argument& arg, PyObject* whole, const std::string& subject,
                          const std::string& expected) {
  if (arg.why == refusal::raised) return;
  std::string text = subject;
  const std::string item = arg.item >= 0 ? "item " + std::to_string(arg.item) : std::string();
  if (arg.why == refusal::out_of_range) {
    text += item.empty() ? "" : ": " + item;
    text.append(" is out of range for ").append(arg.detail);
    PyErr_SetString(PyExc_OverflowError, text.c_str());
    return;
  }
  const char* given =
      (arg.given ? reinterpret_cast<PyTypeObject*>(arg.given.get()) : Py_TYPE(whole))->tp_name;
  text.append(" must be ").append(expected);
  text.append(item.empty() ? ", not " : ", but " + item + " is ").append(given);
  if (arg.detail != nullptr) text.append(": ").append(arg.detail);
  // A class has a dot in its name: list[pt.Point], but item 0 is pt.Point.
  if (std::strchr(given, '.') != nullptr && expected.find(given) != std::string::npos)
    text += " of another import or reload of its module: make it anew";
  PyErr_SetString(PyExc_TypeError, text.c_str());
}

// Of the parameter that `arg` is for, which the text calls `subject`.
inline void raise_parameter_refusal(const argument& arg, PyObject* whole, const std::string& subject) {
  std::string expected;
  arg.function->parameters[arg.index].type.describe(expected);
  raise_refusal(arg, whole, subject, expected);
}

POLYHOST_INLINE void raise_argument_refusal(const argument& arg, PyObject* whole) {
  const std::string& name = arg.function->parameters[arg.index].name;
  raise_parameter_refusal(arg, whole, arg.function->qualified_name() + "(): argument '" + name + "'");
}

POLYHOST_INLINE void raise_member_refusal(const argument& arg, PyObject* whole) {
  const std::string& name = arg.function->parameters[arg.index].name;
  raise_parameter_refusal(arg, whole, arg.function->qualified_name() + "." + name);
}

POLYHOST_INLINE void raise_callback_refusal(const argument& arg, PyObject* whole,
                                            const std::string& expected) {
  const signature& f = *arg.function;
  const std::string subject = arg.index < f.parameters.size()
                                  ? f.module + "." + callback_name(f, arg.index) + ": the callback's result"
                                  : f.qualified_name() + "(): the result";  // called by engine.hpp
  raise_refusal(arg, whole, subject, expected);
}

}  // namespace polyhost::detail
