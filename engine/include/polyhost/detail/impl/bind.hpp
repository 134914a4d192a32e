// The definitions of detail/bind.hpp.
#pragma once

#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/inline.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace polyhost::detail {

inline bool raise_too_many(const signature& s, Py_ssize_t given) {
  std::size_t required = 0;
  for (std::size_t i = 0; i < s.positional; ++i) required += s.parameters[i].default_value ? 0U : 1U;
  std::string takes = required == s.positional ? "" : "from " + std::to_string(required) + " to ";
  takes +=
      std::to_string(s.positional) + (s.positional == 1 ? " positional argument" : " positional arguments");
  PyErr_Format(PyExc_TypeError, "%s() takes %s but %zd %s given", s.qualified_name().c_str(), takes.c_str(),
               given, given == 1 ? "was" : "were");
  return false;
}

// Names the required parameters that `bound` lacks: the positional ones, or else the keyword-only ones.
inline bool raise_missing(const signature& s, PyObject* const* bound) {
  std::vector<const std::string*> names;
  bool keyword_only = false;
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    if (bound[i] != nullptr) continue;
    if (i >= s.positional && !keyword_only && !names.empty()) break;
    keyword_only = i >= s.positional;
    names.push_back(&s.parameters[i].name);
  }
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    if (i > 0) list += !last ? ", " : names.size() == 2 ? " and " : ", and ";
    list += "'" + *names[i] + "'";
  }
  PyErr_Format(PyExc_TypeError, "%s() missing %zu required %s argument%s: %s", s.qualified_name().c_str(),
               names.size(), keyword_only ? "keyword-only" : "positional", names.size() == 1 ? "" : "s",
               list.c_str());
  return false;
}

// The parameter of that name, or the number of parameters; -1 as size_t with an exception set.
inline std::size_t find_parameter(const signature& s, PyObject* name) {
  const std::size_t count = s.parameters.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (s.parameters[i].key.get() == name) return i;  // both are interned, nearly always
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (PyUnicode_Compare(s.parameters[i].key.get(), name) == 0) return i;
    if (PyErr_Occurred() != nullptr) return static_cast<std::size_t>(-1);
  }
  return count;
}

inline bool is_positional_only(const signature& s, std::size_t index) {
  return index < s.parameters.size() && s.parameters[index].kind == parameter_kind::positional_only;
}

// Refuses keywords that name positional-only parameters, all of them in one sentence.
inline bool raise_positional_only(const signature& s, PyObject* kwnames) {
  std::string list;
  for (const parameter& p : s.parameters) {
    const bool given = PySequence_Contains(kwnames, p.key.get()) == 1;
    if (given && p.kind == parameter_kind::positional_only) list += (list.empty() ? "" : ", ") + p.name;
  }
  PyErr_Format(PyExc_TypeError, "%s() got some positional-only arguments passed as keyword arguments: '%s'",
               s.qualified_name().c_str(), list.c_str());
  return false;
}

// No parameter has that name, or it has its value already.
inline bool raise_unbound(const signature& s, std::size_t index, PyObject* name) {
  const std::string function = s.qualified_name();
  if (index == s.parameters.size()) {
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function.c_str(), name);
  } else {
    PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", function.c_str(), name);
  }
  return false;
}

inline bool bind_keywords(const signature& s, PyObject* const* values, PyObject* kwnames, PyObject** bound) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kwnames); ++i) {
    PyObject* name = PyTuple_GET_ITEM(kwnames, i);
    const std::size_t index = find_parameter(s, name);
    if (index == static_cast<std::size_t>(-1)) return false;
    if (is_positional_only(s, index)) return raise_positional_only(s, kwnames);
    if (index == s.parameters.size() || bound[index] != nullptr) return raise_unbound(s, index, name);
    bound[index] = values[i];
  }
  return true;
}

POLYHOST_INLINE bool bind(const signature& s, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames,
                          PyObject** bound) {
  const std::size_t count = s.parameters.size();
  const auto given = static_cast<std::size_t>(nargs);
  if (given > s.positional) return raise_too_many(s, nargs);
  std::copy_n(args, given, bound);
  std::fill(bound + given, bound + count, nullptr);
  if (kwnames != nullptr && !bind_keywords(s, args + nargs, kwnames, bound)) return false;
  bool complete = true;
  for (std::size_t i = given; i < count; ++i) {
    if (bound[i] == nullptr) bound[i] = s.parameters[i].default_value.get();
    complete = complete && bound[i] != nullptr;
  }
  return complete || raise_missing(s, bound);
}

}  // namespace polyhost::detail
