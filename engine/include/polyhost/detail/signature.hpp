// A function's signature: read from its string, matched to the arguments of a call, shown to Python.
// No templates: what a call does with the arguments is in function.hpp.
#pragma once

#include <Python.h>
#include <polyhost/convert.hpp>
#include <polyhost/detail/runtime.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace polyhost::detail {

enum class parameter_kind : std::uint8_t { positional_only, positional_or_keyword, keyword_only };

// What the C++ side says of a parameter or a result.
struct cpp_type {
  void (*describe)(std::string& out);              // its name as an annotation
  bool (*accepts)(PyObject* from, argument& arg);  // whether a default value converts; null for results
};

struct parameter {
  std::string name;
  object key;  // the name, interned
  parameter_kind kind = parameter_kind::positional_or_keyword;
  std::string default_text;  // as written; empty: required
  object default_value;
  cpp_type type{};
  mutable polyhost_record* callback = nullptr;  // outbound record of a callback parameter, made on first use
};

struct signature {
  std::string module;
  std::string name;
  std::vector<parameter> parameters;
  std::size_t positional = 0;  // how many of them may be given by position; they come first
  cpp_type result{};

  [[nodiscard]] std::string qualified_name() const { return module + "." + name; }
  // "(n: int, factor: float = 2.0) -> float", or "(n, factor=2.0)" without the types
  [[nodiscard]] std::string text(bool types) const;
};

inline std::string signature::text(bool types) const {
  std::string out = "(";
  parameter_kind last = parameter_kind::keyword_only;
  for (const parameter& p : parameters) {
    const bool first = &p == parameters.data();
    if (!first && last == parameter_kind::positional_only && p.kind != last) out += ", /";
    if (!first) out += ", ";
    if (p.kind == parameter_kind::keyword_only && (first || last != p.kind)) out += "*, ";
    out += p.name;
    if (types) {
      out += ": ";
      p.type.describe(out);
    }
    if (!p.default_text.empty()) out.append(types ? " = " : "=").append(p.default_text);
    last = p.kind;
  }
  if (last == parameter_kind::positional_only) out += ", /";
  out += ")";
  if (types) {
    out += " -> ";
    result.describe(out);
  }
  return out;
}

// ---- reading the string ----

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

// The value of a default's text, an expression over Python's builtins.
inline object evaluate_default(const std::string& text) {
  const object globals = object::steal(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) != 0)
    throw_python_error();
  object value = object::steal(PyRun_String(text.c_str(), Py_eval_input, globals.get(), globals.get()));
  if (!value) throw_python_error();
  return value;
}

inline parameter read_parameter(std::string_view part, parameter_kind kind) {
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
  p.default_value = evaluate_default(p.default_text);
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

// Reads name and parameters from `text`. Throws std::invalid_argument with the reason, or python_error.
inline void read_signature(signature& s, std::string_view text) {
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
          part, keyword_only ? parameter_kind::keyword_only : parameter_kind::positional_or_keyword);
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

// ---- refusing an argument ----

// "TypeError: kernels.fib(): argument 'n' must be int, not str"
inline void raise_refusal(const argument& arg, PyObject* whole, const std::string& subject, const char* verb,
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
  text.append(" ").append(verb).append(" ").append(expected);
  text.append(item.empty() ? ", not " : ", but " + item + " is ").append(given);
  if (arg.detail != nullptr) text.append(": ").append(arg.detail);
  PyErr_SetString(PyExc_TypeError, text.c_str());
}

inline void raise_argument_refusal(const argument& arg, PyObject* whole) {
  const parameter& p = arg.function->parameters[arg.index];
  std::string expected;
  p.type.describe(expected);
  raise_refusal(arg, whole, arg.function->qualified_name() + "(): argument '" + p.name + "'", "must be",
                expected);
}

// "kernels.integrate(f)": the name of a callback's row.
inline std::string callback_name(const signature& s, std::size_t index) {
  return s.name + "(" + s.parameters[index].name + ")";
}

inline void raise_callback_refusal(const argument& arg, PyObject* whole, const std::string& expected) {
  const std::string subject =
      arg.function->module + "." + callback_name(*arg.function, arg.index) + ": the callback's result";
  raise_refusal(arg, whole, subject, "must be", expected);
}

// The outbound record of a callback parameter; null with MemoryError set.
inline polyhost_record* callback_record(const signature& s, std::size_t index) {
  polyhost_record*& record = s.parameters[index].callback;
  if (record == nullptr)
    record = table->record(s.module.c_str(), callback_name(s, index).c_str(), POLYHOST_OUTBOUND);
  if (record == nullptr && PyErr_Occurred() == nullptr) PyErr_NoMemory();
  return record;
}

// ---- matching the arguments of a call to the parameters ----

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

inline bool bind_keyword(const signature& s, std::size_t index, PyObject* name, PyObject* value,
                         PyObject** bound) {
  const std::string function = s.qualified_name();
  if (index == s.parameters.size()) {
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function.c_str(), name);
  } else if (bound[index] != nullptr) {
    PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", function.c_str(), name);
  } else {
    bound[index] = value;
    return true;
  }
  return false;
}

// Puts the arguments of a vectorcall and the defaults into `bound`, one borrowed reference a parameter,
// in the order of the parameters. False with a TypeError worded like Python's own.
inline bool bind(const signature& s, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames,
                 PyObject** bound) {
  const std::size_t count = s.parameters.size();
  const auto given = static_cast<std::size_t>(nargs);
  if (given > s.positional) return raise_too_many(s, nargs);
  for (std::size_t i = 0; i < count; ++i) bound[i] = i < given ? args[i] : nullptr;
  const Py_ssize_t keywords = kwnames != nullptr ? PyTuple_GET_SIZE(kwnames) : 0;
  for (Py_ssize_t i = 0; i < keywords; ++i) {
    PyObject* name = PyTuple_GET_ITEM(kwnames, i);
    const std::size_t index = find_parameter(s, name);
    if (index == static_cast<std::size_t>(-1)) return false;
    if (is_positional_only(s, index)) return raise_positional_only(s, kwnames);
    if (!bind_keyword(s, index, name, args[nargs + i], bound)) return false;
  }
  bool complete = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (bound[i] == nullptr) bound[i] = s.parameters[i].default_value.get();
    complete = complete && bound[i] != nullptr;
  }
  return complete || raise_missing(s, bound);
}

}  // namespace polyhost::detail
