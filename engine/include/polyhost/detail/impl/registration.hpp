// The definitions of detail/registration.hpp.
#pragma once

#include <polyhost/detail/impl/read_signature.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/registration.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/object.hpp>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace polyhost::detail {

// All of a function that outlives its module: Python may refer to it to the very end. Chained, so that it
// stays reachable: nothing here is a leak.
struct registration {
  signature sig;
  std::string doc;
  PyMethodDef method{};
  polyhost_function function{};
  registration* next = nullptr;
};
[[gnu::visibility("hidden")]] inline constinit registration* registrations = nullptr;
// Those before the module that is being made.
[[gnu::visibility("hidden")]] inline constinit registration* earlier_registrations = nullptr;

POLYHOST_INLINE void begin_module() { earlier_registrations = registrations; }

// ImportError if the module that is being made has a function of that name, "Class.method" for a method.
inline void check_name(const signature& s) {
  for (const registration* r = registrations; r != earlier_registrations; r = r->next) {
    if (r->sig.name != s.name || r->sig.module != s.module) continue;
    PyErr_Format(PyExc_ImportError, "%s is defined twice: a name is one function in Python, so give them two",
                 s.qualified_name().c_str());
    throw_python_error();
  }
}

inline registration& keep(std::unique_ptr<registration> made) {
  made->next = registrations;
  registrations = made.release();
  return *registrations;
}

// The builtin function of a registration whose signature is read. `module` is its module, or the self of a
// function of that. Throws python_error.
inline object make_builtin(registration& r, PyObject* module, const char* doc, const entry_points& calls,
                           const batch_function* batch, bool is_batch, bool releases_gil) {
  const std::string plain_name = r.sig.name.substr(r.sig.name.rfind('.') + 1);
  r.doc = plain_name + r.sig.text(false) + "\n--\n\n" + (doc != nullptr ? doc : "");
  r.method = {r.sig.name.c_str(), nullptr, METH_FASTCALL | METH_KEYWORDS, r.doc.c_str()};

  polyhost_record* record =
      table->record(r.sig.module.c_str(), (r.sig.name + r.sig.version).c_str(), POLYHOST_INBOUND);
  if (record == nullptr) throw std::bad_alloc();
  r.function = {.record = record,
                .slot = reinterpret_cast<void (**)()>(&r.method.ml_meth),
                .entry_points = {},
                .next = nullptr};
  for (std::size_t i = 0; i < calls.size(); ++i)
    r.function.entry_points[i] = reinterpret_cast<void (*)()>(calls[i]);
  table->add_function(&r.function);
  if (table->minor >= 3 && table->describe != nullptr) {
    const std::uint32_t traits = (batch != nullptr && !is_batch ? POLYHOST_TRAIT_BATCH : 0U) |
                                 (releases_gil ? POLYHOST_TRAIT_RELEASES_GIL : 0U);
    table->describe(record, r.sig.text(true).c_str(), traits);
  }
  const object self = make_function_object(module, r.sig, *record, batch, is_batch);
  const object name = object::steal(PyUnicode_FromString(r.sig.module.c_str()));
  object made = object::steal(name ? PyCFunction_NewEx(&r.method, self.get(), name.get()) : nullptr);
  if (!made) throw_python_error();
  return made;
}

// ImportError: kernels: the signature "fib(a, b)" is wrong: REASON (kernels.cpp:7)
[[noreturn]] inline void refuse_signature(PyObject* module, const signature_text& text,
                                          const std::string& reason) {
  PyErr_Format(PyExc_ImportError, "%s: the signature \"%s\" is wrong: %s (%s:%d)", PyModule_GetName(module),
               text.text, reason.c_str(), text.file, text.line);
  throw_python_error();
}

inline void check_defaults(const signature& s) {
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    const parameter& p = s.parameters[i];
    argument arg{&s, i};
    if (!p.default_value || p.type.accepts(p.default_value.get(), arg)) continue;
    raise_argument_refusal(arg, p.default_value.get());
    throw_python_error();
  }
}

// What a signature's text must fit.
struct cpp_side {
  std::size_t count;     // of its parameters
  const char* has_them;  // for a refusal: "the C++ function takes"
  void (*add_types)(signature&);
};

inline void read_and_check(signature& s, PyObject* module, const signature_text& text, const cpp_side& cpp) {
  const std::size_t implied = s.parameters.size();  // the object of a method
  std::string reason;
  try {
    read_signature(s, text.text, PyModule_GetDict(module));
    if (s.parameters.size() == cpp.count) {
      cpp.add_types(s);
      check_defaults(s);
      return;
    }
    const std::size_t named = s.parameters.size() - implied;
    reason = "it names " + std::to_string(named) + (named == 1 ? " parameter" : " parameters") + ", but " +
             cpp.has_them + " " + std::to_string(cpp.count - implied);
  } catch (const std::invalid_argument& error) {
    reason = error.what();
  } catch (const python_error& error) {
    reason = std::string("a default does not fit: ") + error.what();
  }
  refuse_signature(module, text, reason);
}

// Reads what the loader of polyhost's own has left in a module that it makes, __polyhost_load__: a tuple of
// the version (int, 1 before the first reload), the lines of functions that moved since they were compiled
// (dict of int by name), and by how many lines all others did (int).
inline void apply_load_notes(signature& s, PyObject* module) {
  PyObject* const notes = PyDict_GetItemString(PyModule_GetDict(module), load_notes);
  if (notes == nullptr) return;
  int version = 0;
  PyObject* lines = nullptr;
  int shift = 0;
  if (PyArg_ParseTuple(notes, "iO!i", &version, &PyDict_Type, &lines, &shift) == 0) throw_python_error();
  if (version > 1) s.version = "@" + std::to_string(version);
  PyObject* const line = PyDict_GetItemString(lines, s.name.c_str());
  s.line = line != nullptr ? static_cast<int>(PyLong_AsLong(line)) : s.line + shift;
}

// A new function, to be called by the name that the text gives it. `type` is null, or the class that it is
// for.
inline object make_function(PyObject* module, PyObject* type, const function_definition& definition,
                            const signature_text& text, const char* doc, std::string& name) {
  auto made = std::make_unique<registration>();
  signature& s = made->sig;
  s.module = PyModule_GetName(module);
  s.file = text.file;
  s.line = text.line;
  if (type != nullptr) {
    s.parameters.push_back(read_parameter("self", parameter_kind::positional_or_keyword, nullptr));
    s.positional = 1;
  }
  read_and_check(s, module, text, {definition.count, "the C++ function takes", definition.add_types});
  apply_load_notes(s, module);
  name = s.name;
  if (type != nullptr) {
    const object scope = object::steal(PyType_GetQualName(reinterpret_cast<PyTypeObject*>(type)));
    const char* utf8 = scope ? PyUnicode_AsUTF8(scope.get()) : nullptr;
    if (utf8 == nullptr) throw_python_error();
    s.name.insert(0, std::string(utf8) + ".");
  }
  check_name(s);
  return make_builtin(keep(std::move(made)), module, doc, definition.calls, definition.batch,
                      /*is_batch=*/false, definition.releases_gil);
}

POLYHOST_INLINE void add_to_module(PyObject* module, const function_definition& definition,
                                   const signature_text& text, const char* doc) {
  std::string name;
  const object function = make_function(module, nullptr, definition, text, doc, name);
  if (PyModule_AddObjectRef(module, name.c_str(), function.get()) != 0) throw_python_error();
}

POLYHOST_INLINE void add_to_class(PyObject* module, PyObject* type, const function_definition& definition,
                                  const signature_text& text, const char* doc) {
  if (type == nullptr || !PyType_Check(type)) {
    PyErr_Format(PyExc_TypeError, "%s: a method needs a class: \"%s\"", PyModule_GetName(module), text.text);
    throw_python_error();
  }
  std::string name;
  const object function = make_function(module, type, definition, text, doc, name);
  const object method =
      object::steal(PyInstanceMethod_New(function.get()));  // a builtin function binds no object
  if (!method || PyObject_SetAttrString(type, name.c_str(), method.get()) != 0) throw_python_error();
}

}  // namespace polyhost::detail
