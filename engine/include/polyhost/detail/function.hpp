// The inbound call: a thunk of the C++ function's own type, picked at registration.
// Four ticks split it: entry, arguments converted, body returned, result converted (timed_crossing.hpp).
#pragma once

#include <polyhost/convert.hpp>
#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/detail/signature.hpp>
#include <polyhost/detail/timed_crossing.hpp>

#include <cxxabi.h>

#include <exception>
#include <tuple>
#include <utility>

namespace polyhost::detail {

template <class A>
using converter_of = converter<std::remove_cvref_t<A>>;

template <class T>
bool accepts(PyObject* from, argument& arg) {
  converter<T> trial;
  return trial.load(from, arg);
}

// What a body returned: a value, a reference, or nothing.
struct nothing {};

// Runs the body; the inner side ends as its last moment.
template <auto F, class R, class... A>
decltype(auto) run_body(inbound_crossing& c, A&&... arguments) {
  if constexpr (std::is_void_v<R>) {
    F(std::forward<A>(arguments)...);
    c.end_inner();
    return nothing();
  } else if constexpr (std::is_reference_v<R>) {
    R result = F(std::forward<A>(arguments)...);
    c.end_inner();
    return static_cast<R>(result);
  } else {
    std::remove_const_t<R> result = F(std::forward<A>(arguments)...);
    pin(result);
    c.end_inner();
    return result;
  }
}

// The GIL is given up for a body; retake() gets it back and charges the wait.
class released_gil {
 public:
  explicit released_gil(inbound_crossing& c) : crossing_(c), state_(PyEval_SaveThread()) {}
  released_gil(const released_gil&) = delete;
  released_gil& operator=(const released_gil&) = delete;

  void retake() {
    crossing_.wait_for_gil([&] { stop_at_shutdown([&] { PyEval_RestoreThread(state_); }); });
  }

 private:
  inbound_crossing& crossing_;
  PyThreadState* state_;
};

template <auto F, bool ReleaseGil, class R, class... A>
struct thunk {
  static constexpr std::size_t count = sizeof...(A);
  static_assert(
      ((!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>>)&&...),
      "a parameter is a reference to a non-const value: the argument is a converted copy, so changes to it "
      "would be lost; take it by value or const&, and return what changed (or take a std::span<T>)");

  // METH_FASTCALL | METH_KEYWORDS
  static PyObject* call(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
    const std::uint64_t entry = tick();
    const function_object& function = as_function(self);
    inbound_crossing c(entry, this_thread());
    PyObject* result = nullptr;
    if (kwnames == nullptr && nargs == function.direct) [[likely]] {
      result = cross(function, args, c);
    } else {
      PyObject* bound[count + 1];
      if (bind(*function.sig, args, nargs, kwnames, bound)) result = cross(function, bound, c);
    }
    if (count == 0 && std::is_void_v<R> && !ReleaseGil && result != nullptr) {
      c.end_at_inner_end(*function.record);
    } else {
      c.end(*function.record, result == nullptr);
    }
    return result;
  }

 private:
  static PyObject* cross(const function_object& function, PyObject* const* args, inbound_crossing& c) {
    try {
      return convert_and_run(function, args, c, std::index_sequence_for<A...>());
    } catch (abi::__forced_unwind&) {
      throw;  // the thread is being ended: nothing may stop that
    } catch (...) {
      if (c.in_inner()) c.end_inner();
      set_python_error_from_current_exception();
      return nullptr;
    }
  }

  template <std::size_t... I>
  static PyObject* convert_and_run(const function_object& function, PyObject* const* args,
                                   inbound_crossing& c, std::index_sequence<I...>) {
    std::tuple<converter_of<A>...> in;
    argument arg{function.sig, 0};
    if (!((arg.index = I, std::get<I>(in).load(args[I], arg)) && ...)) [[unlikely]] {
      raise_argument_refusal(arg, args[arg.index]);
      return nullptr;
    }
    (pin(std::get<I>(in).value), ...);
    if constexpr (ReleaseGil) {
      return run_without_gil(c, std::get<I>(in)...);
    } else {
      if constexpr (count == 0) {
        c.begin_inner_at_entry();
      } else {
        c.begin_inner();
      }
      decltype(auto) result = run_body<F, R>(c, static_cast<A&&>(std::get<I>(in).value)...);
      return make_result(result);
    }
  }

  static PyObject* run_without_gil(inbound_crossing& c, converter_of<A>&... in) {
    released_gil gil(c);
    c.begin_inner();
    try {
      decltype(auto) result = run_body<F, R>(c, static_cast<A&&>(in.value)...);
      gil.retake();
      return make_result(result);
    } catch (abi::__forced_unwind&) {
      throw;
    } catch (...) {
      if (c.in_inner()) {  // else the GIL is back already: making the result failed
        c.end_inner();
        gil.retake();
      }
      set_python_error_from_current_exception();
      return nullptr;
    }
  }

  template <class Result>
  static PyObject* make_result(Result& result) {
    if constexpr (std::is_void_v<R>) {
      return Py_NewRef(Py_None);
    } else {
      return converter_of<R>::make(std::forward<R>(result));
    }
  }
};

// The C++ side of a function: taken apart from its type.
template <class Function>
struct callable_traits : callable_traits<decltype(&Function::operator())> {};  // a lambda without captures

template <class Class, class Member>
struct callable_traits<Member Class::*> {
  static_assert(
      !std::is_same_v<Class, Class>,
      "m.def: a member function needs an object to be called on; wrap it in a free function or a lambda");
};

template <class R, class... A>
struct callable_traits<R (*)(A...)> {
  static constexpr std::size_t count = sizeof...(A);

  template <auto F, bool ReleaseGil>
  static constexpr auto entry_point = &thunk<F, ReleaseGil, R, A...>::call;

  static void add_types(signature& s) {
    std::size_t index = 0;
    ((s.parameters[index++].type = {converter_of<A>::describe, accepts<std::remove_cvref_t<A>>}), ...);
    if constexpr (std::is_void_v<R>) {
      s.result = {[](std::string& out) { out += "None"; }, nullptr};
    } else {
      s.result = {converter_of<R>::describe, nullptr};
    }
  }
};

template <class R, class... A>
struct callable_traits<R (*)(A...) noexcept> : callable_traits<R (*)(A...)> {};
template <class L, class R, class... A>
struct callable_traits<R (L::*)(A...) const> : callable_traits<R (*)(A...)> {};
template <class L, class R, class... A>
struct callable_traits<R (L::*)(A...) const noexcept> : callable_traits<R (*)(A...)> {};

}  // namespace polyhost::detail
