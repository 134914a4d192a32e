// Types that pybind11 converts, as parameters and results of polyhost's functions. Opt-in: native.hpp does
// not include it. Binding a class stays pybind11's business (py::class_, in this module or another).
//
//   #include <polyhost/native.hpp>
//   #include <polyhost/pybind.hpp>
//   template <> inline constexpr bool polyhost::through_pybind<Vec3> = true;
//   template <> inline constexpr bool polyhost::through_pybind<std::complex<double>> = true;
//
// for a class that is bound, and for a type whose caster pybind11/complex.h has. Such a line stands before
// the type's first use; pybind11's own Python types (py::array, py::dict, ...) need none. A bound class T is
// taken as T (a copy), T& or const T& (the object itself), T* (may be None), or std::shared_ptr<T> if that is
// its holder. Results go pybind11's default way: a value is moved, a reference copied, a pointer owned; an
// object that Python has already stays the same object. Methods whose calls are timed: m.method (module.hpp).
#pragma once

#include <polyhost/convert.hpp>
#include <polyhost/detail/errors.hpp>

#include <pybind11/pybind11.h>

#include <cxxabi.h>

#include <algorithm>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace polyhost {

template <std::derived_from<pybind11::handle> T>
inline constexpr bool through_pybind<T> = true;
template <class T>
inline constexpr bool through_pybind<std::shared_ptr<T>> = through_pybind<T>;
template <class T, class Deleter>
inline constexpr bool through_pybind<std::unique_ptr<T, Deleter>> = through_pybind<T>;

namespace detail {

template <class T>
using caster_of = pybind11::detail::make_caster<T>;

// A class that is bound by py::class_; other types have casters that make their values anew.
template <class T>
concept bound_class =
    through_pybind<T> && std::derived_from<caster_of<T>, pybind11::detail::type_caster_base<T>>;

template <bound_class T>
struct converted_as<T&> {
  using type = T&;
};
template <bound_class T>
struct converted_as<const T&> {
  using type = T&;
};

template <class T>
requires bound_class<std::remove_const_t<T>>
inline constexpr bool owns_its_value<T*> = false;
template <bound_class T>
inline constexpr bool owns_its_value<std::shared_ptr<T>> = true;

// False for what polyhost's own table must see first, and for what is no std::exception.
inline bool translate_pybind_exception() {
  try {
    throw;
  } catch (pybind11::error_already_set& error) {
    error.restore();
    return true;
  } catch (const pybind11::builtin_exception& error) {
    error.set_error();
    return true;
  } catch (const python_error&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  } catch (const std::system_error&) {
    return false;
  } catch (const std::exception&) {  // py::register_exception may know it
    using pybind11::detail::apply_exception_translators;
    return apply_exception_translators(
               pybind11::detail::get_local_internals().registered_exception_translators) ||
           apply_exception_translators(pybind11::detail::get_internals().registered_exception_translators);
  } catch (...) {
    return false;
  }
}

[[gnu::visibility("hidden")]] inline const bool translates_pybind_exceptions = [] {
  static translator entry{translate_pybind_exception};
  add_translator(entry);
  return true;
}();

// "geometry::Vector<double>" as a Python name: "Vector".
inline std::string short_name(const std::type_info& type) {
  std::string name = type.name();
  pybind11::detail::clean_type_id(name);
  name.erase(std::min(name.find('<'), name.size()));
  const std::size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

// What pybind11 calls the type, with the name of each class in place of its '%'.
template <class T>
void describe_by_pybind(std::string& out) {
  constexpr auto name = caster_of<T>::name;
  const auto types = name.types();
  std::size_t next = 0;
  for (const char* c = name.text; *c != '\0'; ++c) {
    if (*c != '%') {
      out += *c;
      continue;
    }
    const std::type_info& type = *types[next++];
    const auto* bound = pybind11::detail::get_type_info(type);
    out += bound != nullptr ? bound->type->tp_name : short_name(type);
  }
}

// Runs a conversion. Where pybind11 throws, the result is that of `failed`, and the Python exception is set.
template <class Action, class Failed>
auto guard_conversion(Action action, Failed failed) {
  try {
    return action();
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    translate_current_exception();
    return failed();
  }
}

// What the converters below share: T's caster.
template <class T>
class pybind_conversion {
 public:
  static void describe(std::string& out) { describe_by_pybind<T>(out); }

  // By pybind11's default policy.
  template <class Result>
  static PyObject* make(Result&& result) {
    return guard_conversion(
        [&] {
          const pybind11::handle made = caster_of<T>::cast(
              std::forward<Result>(result), pybind11::return_value_policy::automatic, pybind11::handle());
          return converter<object>::make(object::steal(made.ptr()));
        },
        []() -> PyObject* { return nullptr; });
  }

 protected:
  // `take` is run with the caster once that has loaded `from`.
  template <class Take>
  bool load_and(PyObject* from, argument& arg, Take take) {
    return guard_conversion(
        [&] {
          if (caster_.load(from, /*convert=*/true)) return take(caster_), true;
          return PyErr_Occurred() != nullptr ? refuse(arg, refusal::raised)
                                             : refuse_type(arg, from, why_refused());
        },
        [&] { return refuse(arg, refusal::raised); });
  }

 private:
  const char* why_refused() const {
    if constexpr (requires { caster_.typeinfo; }) {
      if (caster_.typeinfo == nullptr) return "no module that binds that class has been imported";
    }
    return nullptr;
  }

  pybind11::detail::loader_life_support temporaries_;  // keeps what py::implicitly_convertible makes
  caster_of<T> caster_;
};

template <class T>
concept smart_pointer = requires {
  typename T::element_type;
};

template <class T>
concept bound_class_or_const = bound_class<std::remove_const_t<T>>;

// A reference to the object itself, as the argument that function.hpp passes on.
template <class T>
struct reference_to {
  T* target = nullptr;
  explicit operator T&() const { return *target; }
};

}  // namespace detail

// By value: a copy, or what a caster has made.
template <class T>
requires through_pybind<T>
struct converter<T> : detail::pybind_conversion<T> {
  union {
    T value;
  };

  converter() {}  // NOLINT(modernize-use-equals-default): the value is made by load
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() {
    if (loaded_) value.~T();
  }

  static void describe(std::string& out) {
    detail::describe_by_pybind<T>(out);
    if constexpr (detail::smart_pointer<T>) out += " | None";
  }

  bool load(PyObject* from, argument& arg) {
    if (Py_IsNone(from)) {
      if constexpr (detail::smart_pointer<T>) return keep(T());
      if (detail::bound_class<T>) return detail::refuse_type(arg, from);
    }
    return this->load_and(from, arg,
                          [&](auto& caster) { keep(pybind11::detail::cast_op<T>(std::move(caster))); });
  }

 private:
  template <class From>
  bool keep(From&& from) {
    ::new (static_cast<void*>(std::addressof(value))) T(std::forward<From>(from));
    return loaded_ = true;
  }

  bool loaded_ = false;
};

// By reference: a bound class's object itself.
template <detail::bound_class T>
struct converter<T&> : detail::pybind_conversion<T> {
  detail::reference_to<T> value;

  bool load(PyObject* from, argument& arg) {
    if (Py_IsNone(from)) return detail::refuse_type(arg, from);
    return this->load_and(from, arg,
                          [&](auto& caster) { value.target = pybind11::detail::cast_op<T*>(caster); });
  }
};

// The same by pointer; None is a null pointer.
template <detail::bound_class_or_const T>
struct converter<T*> : detail::pybind_conversion<std::remove_const_t<T>> {
  T* value = nullptr;

  static void describe(std::string& out) {
    detail::describe_by_pybind<std::remove_const_t<T>>(out);
    out += " | None";
  }

  bool load(PyObject* from, argument& arg) {
    if (Py_IsNone(from)) return true;
    return this->load_and(from, arg, [&](auto& caster) { value = pybind11::detail::cast_op<T*>(caster); });
  }
};

}  // namespace polyhost
