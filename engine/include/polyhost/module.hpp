// POLYHOST_MODULE: a Python module made of native functions.
#pragma once

#include <Python.h>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/function.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/read_signature.hpp>
#include <polyhost/detail/runtime.hpp>

#include <memory>
#include <string>

namespace polyhost {

struct release_gil_t {};
// For m.def: the body runs without the GIL, so other Python threads run meanwhile. It must not touch
// Python objects, except through a polyhost::callback, which takes the GIL for each call.
inline constexpr release_gil_t release_gil{};

struct no_batch_t {};
// For m.def: the function has no .batch, as it must not be called without the GIL, or from several threads.
inline constexpr no_batch_t no_batch{};

namespace detail {

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

template <class... Extra>
constexpr bool releases_gil = (std::is_same_v<Extra, release_gil_t> || ...);
template <class... Extra>
constexpr bool wants_batch = !(std::is_same_v<Extra, no_batch_t> || ...);

// ImportError: kernels: the signature "fib(a, b)" is wrong: REASON
[[noreturn]] inline void refuse_signature(PyObject* module, const char* text, const std::string& reason) {
  PyErr_Format(PyExc_ImportError, "%s: the signature \"%s\" is wrong: %s", PyModule_GetName(module), text,
               reason.c_str());
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

inline void read_and_check(registration& r, PyObject* module, const char* text, std::size_t cpp_parameters,
                           void (*add_types)(signature&)) {
  std::string reason;
  try {
    read_signature(r.sig, text);
    if (r.sig.parameters.size() == cpp_parameters) {
      add_types(r.sig);
      check_defaults(r.sig);
      return;
    }
    const std::size_t named = r.sig.parameters.size();
    reason = "it names " + std::to_string(named) + (named == 1 ? " parameter" : " parameters") +
             ", but the C++ function takes " + std::to_string(cpp_parameters);
  } catch (const std::invalid_argument& error) {
    reason = error.what();
  } catch (const python_error& error) {
    reason = std::string("a default does not fit: ") + error.what();
  }
  refuse_signature(module, text, reason);
}

// Makes the builtin function and puts it into the module. Throws python_error.
inline void add_function(PyObject* module, registration& r, const char* doc, const entry_points& calls,
                         const batch_entry* batch) {
  r.doc = r.sig.name + r.sig.text(false) + "\n--\n\n" + (doc != nullptr ? doc : "");
  r.method = {r.sig.name.c_str(), nullptr, METH_FASTCALL | METH_KEYWORDS, r.doc.c_str()};

  polyhost_record* record = table->record(r.sig.module.c_str(), r.sig.name.c_str(), POLYHOST_INBOUND);
  if (record == nullptr) throw std::bad_alloc();
  const auto call = [](entry_point one) { return reinterpret_cast<void (*)()>(one); };
  r.function = {
      .record = record,
      .entry_point = reinterpret_cast<void (**)()>(&r.method.ml_meth),
      .entry_points = {call(calls.timed), call(calls.timed), call(calls.counted), call(calls.untimed)},
      .next = nullptr};
  table->add_function(&r.function);
  const object self = make_function_object(module, r.sig, *record, batch);
  const object name = object::steal(PyUnicode_FromString(r.sig.module.c_str()));
  const object function =
      object::steal(name ? PyCFunction_NewEx(&r.method, self.get(), name.get()) : nullptr);
  if (!function || PyModule_AddObjectRef(module, r.sig.name.c_str(), function.get()) != 0)
    throw_python_error();
}

inline constexpr const char* batch_doc =
    "For every item of the arguments, in one call and without the GIL.\n\n"
    "Each argument is a number, for all items, or a list, a buffer or a numpy array of them; all of these "
    "have one\n"
    "length. Buffers of the function's own type are read in place. The results go into `out`, a writable "
    "buffer of\n"
    "their type, or into a new array.array, or a numpy array where an argument is one; numbers alone give a "
    "number.\n"
    "threads: how many cores to use; 0 for all. An exception of one item ends the call; `out` may have "
    "changed.";

// A builtin function `name.batch`, whose self stands for the module that `self` does. Throws python_error.
inline object make_batch(PyObject* self) {
  const function_object& of = as_function(self);
  auto made = std::make_unique<registration>();
  made->sig = *of.sig;
  const char* reason = nullptr;
  if (of.batch == nullptr) {
    reason =
        "only functions of numbers that return a number have one, unless their author keeps them from it";
  } else if (!extend_for_batch(made->sig)) {
    reason = "it has a parameter named 'out' or 'threads' of its own";
  }
  if (reason != nullptr) {
    PyErr_Format(PyExc_AttributeError, "%s() has no batch: %s", of.sig->qualified_name().c_str(), reason);
    throw_python_error();
  }
  of.batch->add_types(made->sig);
  made->doc = "batch" + made->sig.text(false) + "\n--\n\n" + batch_doc;
  made->method = {made->sig.name.c_str(),
                  reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(of.batch->call)),
                  METH_FASTCALL | METH_KEYWORDS, made->doc.c_str()};
  polyhost_record* record = table->record(made->sig.module.c_str(), made->sig.name.c_str(), POLYHOST_INBOUND);
  if (record == nullptr) throw std::bad_alloc();
  registration& kept = *made;
  kept.next = std::exchange(registrations, made.release());
  const object batch_self = make_function_object(self, kept.sig, *record);
  const object name = object::steal(PyUnicode_FromString(kept.sig.module.c_str()));
  object function =
      object::steal(name ? PyCFunction_NewEx(&kept.method, batch_self.get(), name.get()) : nullptr);
  if (!function) throw_python_error();
  return function;
}

inline PyObject* get_or_make_batch(PyObject* self, PyObject*) {
  PyObject*& made = as_function(self).batch_function;
  try {
    if (made == nullptr) made = make_batch(self).release();
  } catch (...) {
    set_python_error_from_current_exception();
  }
  return Py_XNewRef(made);
}

}  // namespace detail

// A module under construction, in the body of POLYHOST_MODULE. Needs the GIL.
class module_builder {
 public:
  explicit module_builder(PyObject* module) : module_(module) {}

  // Sets the module's docstring.
  void doc(const char* text) {
    if (PyModule_SetDocString(module_, text) != 0) throw_python_error();
  }

  // Adds the C++ function F (a function pointer or a lambda without captures). `signature_text` gives
  // the name, the parameters' names and their defaults in Python's syntax: "scale(x, factor=2.0, *,
  // clip=None)". The types come from F. A text that does not fit F fails the import with an ImportError.
  // Extras: polyhost::release_gil, polyhost::no_batch.
  //
  // A function of numbers that returns a number also has f.batch (its docstring tells how to call it), which
  // calls F without the GIL, and, if asked to, from several threads at once; an F that must not be called so
  // says no_batch.
  template <auto F, class... Extra>
  void def(const char* signature_text, const char* doc = nullptr, Extra...) {
    static_assert(((std::is_same_v<Extra, release_gil_t> || std::is_same_v<Extra, no_batch_t>)&&...),
                  "m.def: an extra that polyhost does not know");
    static constexpr detail::batch_entry batch = make_batch_entry<F, Extra...>();
    using traits = detail::callable_traits<std::remove_const_t<decltype(F)>>;
    auto registration = std::make_unique<detail::registration>();
    registration->sig.module = PyModule_GetName(module_);
    detail::read_and_check(*registration, module_, signature_text, traits::count, traits::add_types);
    detail::registration& kept = *registration;
    kept.next = std::exchange(detail::registrations, registration.release());
    detail::add_function(module_, kept, doc,
                         traits::template entry_points_of<F, detail::releases_gil<Extra...>>,
                         batch.call != nullptr ? &batch : nullptr);
  }

  // The same without a docstring.
  template <auto F, class... Extra>
  void def(const char* signature_text, release_gil_t first, Extra... extras) {
    def<F>(signature_text, nullptr, first, extras...);
  }
  template <auto F, class... Extra>
  void def(const char* signature_text, no_batch_t first, Extra... extras) {
    def<F>(signature_text, nullptr, first, extras...);
  }

  // Adds a constant: anything that can be a function's result.
  template <class T>
  void attr(const char* name, const T& value) {
    const object made = object::steal(make_attr(value));
    if (!made || PyModule_AddObjectRef(module_, name, made.get()) != 0) throw_python_error();
  }

  // The module object, borrowed.
  [[nodiscard]] PyObject* get() const { return module_; }

 private:
  template <auto F, class... Extra>
  static constexpr detail::batch_entry make_batch_entry() {
    using traits = detail::callable_traits<std::remove_const_t<decltype(F)>>;
    if constexpr (detail::wants_batch<Extra...>) return traits::template batch_of<F>();
    return {nullptr, nullptr};
  }

  template <class T>
  static PyObject* make_attr(const T& value) {
    return converter<std::decay_t<const T>>::make(value);
  }
  static PyObject* make_attr(const char* value) { return converter<const char*>::make(value); }

  PyObject* module_;
};

namespace detail {

// The body of a Py_mod_exec slot: 0, or -1 with an exception set.
inline int build_module(PyObject* module, void (*body)(module_builder&)) {
  if (!connect() || !install_attributes()) return -1;
  try {
    module_builder builder(module);
    body(builder);
    return 0;
  } catch (...) {
    set_python_error_from_current_exception();
    return -1;
  }
}

}  // namespace detail
}  // namespace polyhost

// Defines the extension module NAME; the block that follows is run with `M`, a polyhost::module_builder&,
// at each import. NAME must be the file's name. Multi-phase initialisation (PEP 489).
#define POLYHOST_MODULE(NAME, M)                                                                         \
  static void polyhost_body_of_##NAME(::polyhost::module_builder& M);                                    \
  extern "C" __attribute__((visibility("default"))) PyObject* PyInit_##NAME();                           \
  extern "C" PyObject* PyInit_##NAME() {                                                                 \
    static constexpr auto execute = [](PyObject* module) {                                               \
      return ::polyhost::detail::build_module(module, polyhost_body_of_##NAME);                          \
    };                                                                                                   \
    static PyModuleDef_Slot slots[] = {                                                                  \
        {Py_mod_exec, reinterpret_cast<void*>(static_cast<int (*)(PyObject*)>(execute))}, {0, nullptr}}; \
    static PyModuleDef definition = {                                                                    \
        PyModuleDef_HEAD_INIT, #NAME, nullptr, 0, nullptr, slots, nullptr, nullptr, nullptr};            \
    return PyModuleDef_Init(&definition);                                                                \
  }                                                                                                      \
  static void polyhost_body_of_##NAME(::polyhost::module_builder& M)
