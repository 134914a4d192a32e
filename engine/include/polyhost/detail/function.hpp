// The inbound call: a thunk of the C++ function's own type, picked at registration.
// Four ticks split it: entry, arguments converted, body returned, result converted (crossing.hpp). A
// short call takes two, but for the few that stand for it, or none, as the timing mode says (timing.hpp).
#pragma once

#include <polyhost/convert.hpp>
#include <polyhost/detail/batch.hpp>
#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/crossing.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/released_gil.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/detail/signature.hpp>
#include <polyhost/detail/timing.hpp>

#include <cxxabi.h>

#include <exception>
#include <tuple>
#include <utility>

namespace polyhost::detail {

template <class A>
using converter_of = converter<typename converted_as<A>::type>;

template <class A>
bool accepts(PyObject* from, argument& arg) {
  converter_of<A> trial;
  return trial.load(from, arg);
}

template <class A>
inline constexpr cpp_type cpp_type_of{converter_of<A>::describe, accepts<A>};

// Stands for the result of a void body.
struct nothing {};

// Runs the body; the inner side ends as its last moment.
template <auto F, class R, class Crossing, class... A>
decltype(auto) run_body(Crossing& c, A&&... arguments) {
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

// Arguments and results whose conversion takes the same short time for every value: their converters say so.
template <class A>
concept constant_time_argument = requires(converter_of<A> in, PyObject* from) {
  in.load_exact(from);
};
template <class R>
constexpr bool constant_time_result = requires {
  requires converter_of<R>::makes_in_constant_time;
};
template <>
inline constexpr bool constant_time_result<void> = true;

// The entry points of one function: what Python calls, by the timing mode (timing.hpp).
template <auto F, bool ReleaseGil, class R, class... A>
struct thunk {
  static constexpr std::size_t count = sizeof...(A);
  static_assert(
      ((!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>> ||
        std::is_reference_v<typename converted_as<A>::type>)&&...),
      "a parameter is a reference to a non-const value: the argument is a converted copy, so changes to it "
      "would be lost; take it by value or const&, and return what changed (or take a std::span<T>)");
  static_assert(
      !ReleaseGil || !(needs_gil<std::remove_cvref_t<A>> || ...),
      "a polyhost::sequence reads Python objects, so its function cannot be one of release_gil: take a "
      "std::vector or a std::span");

  // A call that may be split less often than it is made, as long as its arguments are of the exact types.
  static constexpr bool may_be_short =
      !ReleaseGil && (constant_time_argument<A> && ...) && constant_time_result<R>;
  using indexes = std::index_sequence_for<A...>;
  using converters = std::tuple<converter_of<A>...>;

  // All of them are METH_FASTCALL | METH_KEYWORDS.

  // exact, full
  static PyObject* timed(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
    const std::uint64_t entry = tick();
    if constexpr (may_be_short) {
      const function_object& function = as_function(self);
      if (function.record->until_split != 0) [[likely]] {
        if (!is_direct(function, nargs, kwnames)) return bind_and_time(self, args, nargs, kwnames, entry);
        converters in;
        if (load_exactly(in, args, indexes())) [[likely]]
          return time_whole(function, in, entry);
      }
    }
    return split(self, args, nargs, kwnames, entry);
  }

  // sampled
  static PyObject* counted(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
    polyhost_record& record = *as_function(self).record;
    if (!skip_split(record)) [[unlikely]]
      return split(self, args, nargs, kwnames, tick());
    add(record.counted, 1);
    PyObject* result = untimed(self, args, nargs, kwnames);
    if (result == nullptr) [[unlikely]]
      add(record.errors, 1);
    return result;
  }

  // off
  static PyObject* untimed(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
    const function_object& function = as_function(self);
    if constexpr (may_be_short) {
      converters in;
      if (is_direct(function, nargs, kwnames) && load_exactly(in, args, indexes())) [[likely]] {
        untimed_crossing<POLYHOST_INBOUND> c(this_thread());
        PyObject* result = run_short(*function.sig, in, indexes());
        c.end();
        return result;
      }
    }
    untimed_crossing<POLYHOST_INBOUND> c(this_thread());
    split_call not_split;
    PyObject* result = bind_and_cross(function, args, nargs, kwnames, c, not_split);
    c.end();
    return result;
  }

 private:
  static bool is_direct(const function_object& function, Py_ssize_t nargs, PyObject* kwnames) {
    return kwnames == nullptr && nargs == function.direct;
  }

  template <std::size_t... I>
  [[gnu::always_inline]] static bool load_exactly(converters& in, PyObject* const* args,
                                                  std::index_sequence<I...>) {
    return (std::get<I>(in).load_exact(args[I]) && ...);
  }

  // A short call, timed as a whole: two ticks.
  [[gnu::always_inline]] static PyObject* time_whole(const function_object& function, converters& in,
                                                     std::uint64_t entry) {
    polyhost_record& record = *function.record;
    skip_split(record);  // counts down
    whole_crossing c(entry, this_thread());
    PyObject* result = run_short(*function.sig, in, indexes());
    pin(result);
    c.end(record, result == nullptr);
    return result;
  }

  // A short call with keywords or defaults.
  [[gnu::noinline]] static PyObject* bind_and_time(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                                                   PyObject* kwnames, std::uint64_t entry) {
    const function_object& function = as_function(self);
    PyObject* bound[count + 1];
    converters in;
    if (bind(*function.sig, args, nargs, kwnames, bound) && load_exactly(in, bound, indexes()))
      return time_whole(function, in, entry);
    return split(self, args, nargs, kwnames, entry);  // it raises again what bind has raised
  }

  // A body with the GIL held, between two ticks or none.
  template <std::size_t... I>
  [[gnu::always_inline]] static PyObject* run_short(const signature& s, converters& in,
                                                    std::index_sequence<I...>) {
    try {
      if constexpr (std::is_void_v<R>) {
        F(static_cast<A&&>(std::get<I>(in).value)...);
        return Py_NewRef(Py_None);
      } else {
        return converter_of<R>::make(F(static_cast<A&&>(std::get<I>(in).value)...));
      }
    } catch (abi::__forced_unwind&) {
      throw;  // the thread is being ended: nothing may stop that
    } catch (...) {
      set_python_error_from_body(s);
      return nullptr;
    }
  }

  // Whether a call that is split is like those that are not. In sampled mode all calls are: they are only
  // counted.
  struct split_call {
    polyhost_record* record = nullptr;  // null: this one is not split
    bool like_others = false;
    std::uint64_t weight = 0;

    void converted(bool exact) {
      if (record == nullptr) return;
      like_others = exact || timing_is(POLYHOST_TIMING_SAMPLED);
      if (like_others) weight = begin_sample(*record);
    }
  };

  // A call of four ticks.
  [[gnu::noinline]] static PyObject* split(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                                           PyObject* kwnames, std::uint64_t entry) {
    const function_object& function = as_function(self);
    polyhost_record& record = *function.record;
    inbound_crossing c(entry, this_thread());
    split_call call{&record};
    PyObject* result = bind_and_cross(function, args, nargs, kwnames, c, call);
    std::uint64_t outer = 0;
    if (count == 0 && std::is_void_v<R> && !ReleaseGil && result != nullptr) {
      outer = c.end_at_inner_end(record, call.weight);
    } else {
      outer = c.end(record, result == nullptr, call.weight);
    }
    if (call.like_others) schedule_next_sample(record, outer);
    look_at_caller(record);
    return result;
  }

  template <class Crossing>
  static PyObject* bind_and_cross(const function_object& function, PyObject* const* args, Py_ssize_t nargs,
                                  PyObject* kwnames, Crossing& c, split_call& call) {
    if (is_direct(function, nargs, kwnames)) [[likely]]
      return cross(function, args, c, call);
    PyObject* bound[count + 1];
    return bind(*function.sig, args, nargs, kwnames, bound) ? cross(function, bound, c, call) : nullptr;
  }

  template <class Crossing>
  static PyObject* cross(const function_object& function, PyObject* const* args, Crossing& c,
                         split_call& call) {
    return run_for_python(
        c, *function.sig, [&]() __attribute__((always_inline)) {
          return convert_and_run(function, args, c, call, indexes());
        });
  }

  template <class Crossing, std::size_t... I>
  static PyObject* convert_and_run(const function_object& function, PyObject* const* args, Crossing& c,
                                   split_call& call, std::index_sequence<I...>) {
    converters in;
    bool exact = false;
    if constexpr (may_be_short) exact = load_exactly(in, args, indexes());
    argument arg{function.sig, 0};
    if (!exact && !((arg.index = I, std::get<I>(in).load(args[I], arg)) && ...)) [[unlikely]] {
      raise_argument_refusal(arg, args[arg.index]);
      return nullptr;
    }
    call.converted(exact);
    (pin(std::get<I>(in).value), ...);
    if constexpr (ReleaseGil) {
      return run_without_gil(c, [&](auto& gil) {
        decltype(auto) result = run_body<F, R>(c, static_cast<A&&>(std::get<I>(in).value)...);
        gil.retake();
        return make_result(result);
      });
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
      "m.def: a member function needs an object to be called on; add it to its class by m.method, or "
      "wrap it in a free function or a lambda");
};

// A member function as a free one that takes its object first; others as they are.
template <class F>
struct member_call;
template <class Self, class R, class... A>
struct member_call_on {
  template <auto F>
  static R call(Self self, A... arguments) {
    return (self.*F)(std::forward<A>(arguments)...);
  }
};
template <class C, class R, class... A>
struct member_call<R (C::*)(A...)> : member_call_on<C&, R, A...> {};
template <class C, class R, class... A>
struct member_call<R (C::*)(A...) const> : member_call_on<const C&, R, A...> {};
template <class C, class R, class... A>
struct member_call<R (C::*)(A...) noexcept> : member_call_on<C&, R, A...> {};
template <class C, class R, class... A>
struct member_call<R (C::*)(A...) const noexcept> : member_call_on<const C&, R, A...> {};

template <auto F>
constexpr auto as_free_function() {
  if constexpr (std::is_member_function_pointer_v<decltype(F)>) {
    return &member_call<decltype(F)>::template call<F>;
  } else {
    return F;
  }
}

template <class R, class... A>
struct callable_traits<R (*)(A...)> {
  static constexpr std::size_t count = sizeof...(A);

  template <auto F, bool ReleaseGil>
  static constexpr entry_points entry_points_of{
      thunk<F, ReleaseGil, R, A...>::timed, thunk<F, ReleaseGil, R, A...>::timed,
      thunk<F, ReleaseGil, R, A...>::counted, thunk<F, ReleaseGil, R, A...>::untimed};

  // What f.batch runs; null for functions that are not of numbers alone.
  template <auto F>
  static constexpr const batch_function* batch_of() {
    if constexpr (has_batch<R, A...>) {
      return &batch_function_of<F, std::remove_cvref_t<R>, std::remove_cvref_t<A>...>;
    } else {
      return nullptr;
    }
  }

  static void add_types(signature& s) {
    std::size_t index = 0;
    ((s.parameters[index++].type = cpp_type_of<A>), ...);
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
