// From the string given to m.def to a signature, when a module is imported.
// The types are not in it: they come from the C++ function (function.hpp).
#pragma once

#include <Python.h>
#include <polyhost/detail/signature.hpp>
#include <polyhost/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyhost::detail {

// Splits "name(a, b=[1, 2], *, c)" into the name and the texts between the outer commas.
class signature_reader {
 public:
  explicit signature_reader(std::string_view text) : text_(text) {}

  // Throws std::invalid_argument with the reason if the text is not of that form.
  std::vector<std::string_view> split(std::string_view& name) {
    const std::size_t open = text_.find('(');
    if (open == std::string_view::npos) throw std::invalid_argument("it has no parameter list");
    name = trim(text_.substr(0, open));
    std::vector<std::string_view> parts;
    std::size_t start = open + 1;
    int depth = 0;
    for (std::size_t i = start; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\'' || c == '"') {
        i = end_of_quote(i);
      } else if (c == '(' || c == '[' || c == '{') {
        ++depth;
      } else if (depth > 0 && (c == ')' || c == ']' || c == '}')) {
        --depth;
      } else if (depth == 0 && (c == ',' || c == ')')) {
        add(parts, text_.substr(start, i - start), c == ')');
        start = i + 1;
        if (c == ')') return finish(std::move(parts), start);
      }
    }
    throw std::invalid_argument("its parameter list does not end");
  }

  static std::string_view trim(std::string_view part) {
    const std::size_t first = part.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return {};
    return part.substr(first, part.find_last_not_of(" \t\n") - first + 1);
  }

 private:
  std::size_t end_of_quote(std::size_t open) const {
    for (std::size_t i = open + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == text_[open]) {
        return i;
      }
    }
    throw std::invalid_argument("a quote in it does not end");
  }

  static void add(std::vector<std::string_view>& parts, std::string_view part, bool last) {
    part = trim(part);
    if (!part.empty()) {
      parts.push_back(part);
    } else if (!last) {
      throw std::invalid_argument("a parameter in it has no name");
    }
  }

  std::vector<std::string_view> finish(std::vector<std::string_view> parts, std::size_t end) const {
    if (!trim(text_.substr(end)).empty()) {
      throw std::invalid_argument(
          "nothing may follow its parameter list: the types come from the C++ function");
    }
    return parts;
  }

  std::string_view text_;
};

// True for what Python takes as a name: keywords are none.
inline bool is_identifier(std::string_view name) {
  const object text =
      object::steal(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size())));
  if (!text) PyErr_Clear();
  if (!text || PyUnicode_IsIdentifier(text.get()) != 1) return false;
  const object keywords = object::steal(PyImport_ImportModule("keyword"));
  const object all = object::steal(keywords ? PyObject_GetAttrString(keywords.get(), "kwlist") : nullptr);
  if (!all) throw_python_error();
  return PySequence_Contains(all.get(), text.get()) == 0;
}

// The value of a default's text, an expression over Python's builtins and, if not null, the names of `known`.
inline object evaluate_default(const std::string& text, PyObject* known) {
  const object globals = object::steal(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) != 0)
    throw_python_error();
  object value = object::steal(
      PyRun_String(text.c_str(), Py_eval_input, globals.get(), known != nullptr ? known : globals.get()));
  if (!value) throw_python_error();
  return value;
}

inline parameter read_parameter(std::string_view part, parameter_kind kind, PyObject* known) {
  parameter p;
  const std::size_t equals = part.find('=');
  p.name = signature_reader::trim(part.substr(0, equals));
  p.kind = kind;
  if (p.name.find(':') != std::string::npos) {
    throw std::invalid_argument("'" + p.name + "' has an annotation: the types come from the C++ function");
  }
  if (!is_identifier(p.name)) throw std::invalid_argument("'" + p.name + "' is not a parameter name");
  p.key = object::steal(PyUnicode_InternFromString(p.name.c_str()));
  if (!p.key) throw_python_error();
  if (equals == std::string_view::npos) return p;
  p.default_text = signature_reader::trim(part.substr(equals + 1));
  if (p.default_text.empty()) throw std::invalid_argument("the default of '" + p.name + "' is missing");
  p.default_value = evaluate_default(p.default_text, known);
  return p;
}

inline void check_order(const signature& s, const parameter& next) {
  for (const parameter& p : s.parameters) {
    if (p.name == next.name) throw std::invalid_argument("'" + p.name + "' stands in it twice");
  }
  if (next.kind == parameter_kind::keyword_only || next.default_value || s.parameters.empty()) return;
  if (s.parameters.back().default_value) {
    throw std::invalid_argument("'" + next.name + "' has no default, but follows a parameter that has one");
  }
}

// Reads name and parameters from `text`; defaults may use the names of the dict `known`. Throws
// std::invalid_argument with the reason, or python_error.
inline void read_signature(signature& s, std::string_view text, PyObject* known = nullptr) {
  std::string_view name;
  bool keyword_only = false;
  for (const std::string_view part : signature_reader(text).split(name)) {
    if (part == "/") {
      if (s.parameters.empty() || keyword_only || s.parameters[0].kind == parameter_kind::positional_only) {
        throw std::invalid_argument("'/' is out of place");
      }
      for (parameter& p : s.parameters) p.kind = parameter_kind::positional_only;
    } else if (part == "*") {
      if (keyword_only) throw std::invalid_argument("'*' stands in it twice");
      keyword_only = true;
    } else {
      parameter p = read_parameter(
          part, keyword_only ? parameter_kind::keyword_only : parameter_kind::positional_or_keyword, known);
      check_order(s, p);
      if (!keyword_only) ++s.positional;
      s.parameters.push_back(std::move(p));
    }
  }
  if (keyword_only && s.positional == s.parameters.size())
    throw std::invalid_argument("no parameter follows '*'");
  if (!is_identifier(name)) throw std::invalid_argument("'" + std::string(name) + "' is not a function name");
  s.name = name;
}

}  // namespace polyhost::detail
