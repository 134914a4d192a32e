// POLYHOST_MODULE: a Python module made of native functions.
#pragma once

#include <Python.h>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/function.hpp>
#include <polyhost/detail/registration.hpp>

#include <cstdint>
#include <type_traits>

namespace polyhost {

struct release_gil_t {};
// For m.def: the body runs without the GIL, so other Python threads run meanwhile. It must not touch
// Python objects, except through a polyhost::callback, which takes the GIL for each call.
inline constexpr release_gil_t release_gil{};

struct no_batch_t {};
// For m.def: the function has no .batch, as it must not be called without the GIL, or from several threads.
inline constexpr no_batch_t no_batch{};

// Which class of Python's module enum an enumeration becomes.
enum class enum_kind : std::uint8_t {
  as_in_cpp,   // int_enum if the C++ type converts to an integer by itself (enum), else plain_enum (enum
               // class)
  plain_enum,  // enum.Enum
  int_enum,    // enum.IntEnum: its members are ints
  flag,        // enum.Flag: members may be combined by |
  int_flag,    // enum.IntFlag
};

// Defined in enumeration.hpp.
template <class E>
class enumeration_builder;

namespace detail {

// Defined in record.hpp.
template <class T, auto... Members>
struct record_maker;

template <class... Extra>
constexpr bool releases_gil = (std::is_same_v<Extra, release_gil_t> || ...);
template <class... Extra>
constexpr bool wants_batch = !(std::is_same_v<Extra, no_batch_t> || ...);

}  // namespace detail

// A module under construction, in the body of POLYHOST_MODULE. Needs the GIL.
class module_builder {
 public:
  explicit module_builder(PyObject* module) : module_(module) {}

  // Sets the module's docstring.
  void doc(const char* text);

  // Adds the C++ function F (a function pointer or a lambda without captures). `text` gives
  // the name, the parameters' names and their defaults in Python's syntax: "scale(x, factor=2.0, *,
  // clip=None)". The types come from F. A text that does not fit F fails the import with an ImportError.
  // Extras: polyhost::release_gil, polyhost::no_batch.
  //
  // A function of numbers that returns a number also has f.batch (its docstring tells how to call it), which
  // calls F without the GIL, and, if asked to, from several threads at once; an F that must not be called so
  // says no_batch.
  template <auto F, class... Extra>
  void def(detail::signature_text text, const char* doc = nullptr, Extra...) {
    static_assert(((std::is_same_v<Extra, release_gil_t> || std::is_same_v<Extra, no_batch_t>)&&...),
                  "m.def: an extra that polyhost does not know");
    using traits = detail::callable_traits<std::remove_const_t<decltype(F)>>;
    static constexpr detail::function_definition definition{
        traits::count, traits::add_types, traits::template entry_points_of<F, detail::releases_gil<Extra...>>,
        detail::wants_batch<Extra...> ? traits::template batch_of<F>() : nullptr,
        detail::releases_gil<Extra...>};
    detail::add_to_module(module_, definition, text, doc);
  }

  // The same without a docstring.
  template <auto F, class... Extra>
  void def(detail::signature_text text, release_gil_t first, Extra... extras) {
    def<F>(text, nullptr, first, extras...);
  }
  template <auto F, class... Extra>
  void def(detail::signature_text text, no_batch_t first, Extra... extras) {
    def<F>(text, nullptr, first, extras...);
  }

  // Adds a method to a class: one of pybind11's (pybind.hpp), or m.record's. Calls of it are timed as those
  // of a function, in the row `module.Class.name`. F is a member function, or a function whose first
  // parameter is the object; `text` does not name that: m.method<&Counter::add>(counter, "add(n)"). `type` is
  // the class, a PyObject* or what has one as its ptr(). Extras: polyhost::release_gil.
  template <auto F, class Class, class... Extra>
  void method(const Class& type, detail::signature_text text, const char* doc = nullptr, Extra...) {
    static_assert((std::is_same_v<Extra, release_gil_t> && ...),
                  "m.method: an extra that polyhost does not know");
    static constexpr auto function = detail::as_free_function<F>();
    using traits = detail::callable_traits<std::remove_const_t<decltype(function)>>;
    static constexpr detail::function_definition definition{
        traits::count, traits::add_types,
        traits::template entry_points_of<function, detail::releases_gil<Extra...>>, nullptr,
        detail::releases_gil<Extra...>};
    static_assert(traits::count > 0, "m.method: the function has no parameter for the object");
    PyObject* object = nullptr;
    if constexpr (std::is_pointer_v<Class>) {
      object = type;
    } else {
      object = type.ptr();
    }
    detail::add_to_class(module_, object, definition, text, doc);
  }
  template <auto F, class Class>
  void method(const Class& type, detail::signature_text text, release_gil_t extra) {
    method<F>(type, text, nullptr, extra);
  }

  // Makes a Python class of a C++ exception: `name`, in this module, a subclass of `base`, else of
  // RuntimeError. From then on an E that leaves a function of this plugin is raised as that, with what() as
  // its text. Translators that are added later are asked first: add the base of a C++ hierarchy before what
  // is derived from it.
  template <class E>
  [[gnu::visibility("hidden")]] void exception(const char* name, PyObject* base = nullptr) {
    static PyObject* type = nullptr;  // kept: exceptions of it may outlive the module
    type = add_exception(name, base);
    static detail::translator entry{[] {
      try {
        throw;
      } catch (const E& error) {
        detail::set_error(type, error.what());
        return true;
      } catch (...) {
        return false;
      }
    }};
    detail::add_translator(entry);
  }

  // Makes a Python class of a C++ enumeration; its members follow: .value("red", Color::red)..., and
  // .export_values() where they shall be attributes of the module, too (enumeration.hpp).
  template <class E>
  enumeration_builder<E> enumeration(const char* name, enum_kind kind, const char* doc = nullptr);
  template <class E>
  enumeration_builder<E> enumeration(const char* name, const char* doc = nullptr) {
    return enumeration<E>(name, enum_kind::as_in_cpp, doc);
  }

  // Makes a Python class of the C++ aggregate T. `text` names the members in their order, with defaults as
  // m.def's: m.record<Point, &Point::x, &Point::y>("Point(x, y=0.0)") (record.hpp). The class, borrowed.
  template <class T, auto... Members>
  PyObject* record(detail::signature_text text, const char* doc = nullptr) {
    return detail::record_maker<T, Members...>::add(module_, text, doc);
  }

  // Adds a constant: anything that can be a function's result.
  template <class T>
  void attr(const char* name, const T& value) {
    add(name, object::steal(make_attr(value)));
  }

  // The module object, borrowed.
  [[nodiscard]] PyObject* get() const { return module_; }

 private:
  template <class T>
  static PyObject* make_attr(const T& value) {
    return converter<std::decay_t<const T>>::make(value);
  }
  static PyObject* make_attr(const char* value) { return converter<const char*>::make(value); }

  // A new class, which then belongs to the caller. Throws python_error.
  PyObject* add_exception(const char* name, PyObject* base);
  // Throws python_error if `made` is null.
  void add(const char* name, const object& made);

  PyObject* module_;
};

namespace detail {

// The body of a Py_mod_exec slot: 0, or -1 with an exception set.
int build_module(PyObject* module, void (*body)(module_builder&));

}  // namespace detail
}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/module.hpp>
#endif

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
