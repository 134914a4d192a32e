// Native code that calls Python: a callable as a C++ function object, timed on both sides.
#pragma once

#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/detail/crossing.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/detail/signature.hpp>
#include <polyhost/detail/timing.hpp>

#include <cxxabi.h>

#include <array>
#include <stdexcept>

namespace polyhost {

namespace detail {

// The outbound record of a callback parameter; null with MemoryError set.
polyhost_record* callback_record(const signature& s, std::size_t index);

}  // namespace detail

// A Python callable of the given C++ signature. Every call is one outbound crossing in the row
// `module.function(parameter)`. May be copied and called from any thread, with or without the GIL: a call
// takes the GIL if the thread does not hold it and gives it back after. An exception in Python is
// thrown as python_error; so is a TypeError if the result cannot be converted. Once the interpreter
// shuts down, a call from a thread without the GIL throws std::runtime_error.
template <class Function>
class callback;

template <class R, class... A>
class callback<R(A...)> {
 public:
  callback() = default;
  callback(PyObject* callable, const detail::signature* function, std::size_t parameter,
           polyhost_record* record)
      : callable_(object::borrow(callable)), function_(function), parameter_(parameter), record_(record) {}

  callback(const callback& other)
      : function_(other.function_), parameter_(other.parameter_), record_(other.record_) {
    if (!other.callable_) return;
    if (detail::gil_is_gone()) return;  // the copy is empty
    const detail::gil_guard gil;
    callable_ = other.callable_;
  }
  callback(callback&&) noexcept = default;
  callback& operator=(callback other) noexcept {
    std::swap(callable_, other.callable_);
    std::swap(function_, other.function_);
    std::swap(parameter_, other.parameter_);
    std::swap(record_, other.record_);
    return *this;
  }
  ~callback() = default;

  R operator()(A... arguments) const {
    if (!callable_) throw std::logic_error("an empty polyhost::callback was called");
    if (detail::holds_gil()) [[likely]]
      return with_gil(0, 0, std::forward<A>(arguments)...);
    if (detail::out_of_reach())
      throw std::runtime_error("Python is shutting down: its functions cannot be called");
    const std::uint64_t entry = detail::tick();
    const detail::gil_guard gil;
    return with_gil(entry, detail::tick() - entry, std::forward<A>(arguments)...);
  }

  explicit operator bool() const { return static_cast<bool>(callable_); }
  // The Python object, borrowed.
  [[nodiscard]] PyObject* get() const { return callable_.get(); }

 private:
  // The converted arguments; one place in front is lent to the callee (PY_VECTORCALL_ARGUMENTS_OFFSET).
  struct arguments_array {
    std::array<PyObject*, sizeof...(A) + 1> items{};
    arguments_array() = default;
    arguments_array(const arguments_array&) = delete;
    arguments_array& operator=(const arguments_array&) = delete;
    // On the way out of an exception.
    ~arguments_array() {
      for (std::size_t i = 1; i < items.size(); ++i) {
        if (items[i] != nullptr) [[unlikely]]
          detail::release_anywhere(items[i]);
      }
    }
    void release() {
      for (std::size_t i = 1; i < items.size(); ++i) detail::release_held(std::exchange(items[i], nullptr));
    }
  };

  // `entry` is 0, or the tick at which a wait for the GIL began.
  R with_gil(std::uint64_t entry, std::uint64_t gil_wait, A... arguments) const {
    if (detail::timing_is(POLYHOST_TIMING_OFF)) return untimed(std::forward<A>(arguments)...);
    polyhost_record& record = *record_;
    if (detail::timing_is(POLYHOST_TIMING_SAMPLED) && detail::skip_split(record))
      return counted(record, std::forward<A>(arguments)...);
    detail::outbound_crossing c(entry != 0 ? entry : detail::tick(), detail::this_thread(), gil_wait);
    const std::uint64_t weight =
        detail::timing_is(POLYHOST_TIMING_SAMPLED) ? detail::begin_sample(record) : 0;
    const auto end = [&](bool failed) {
      const std::uint64_t outer = c.end(record, failed, weight);
      if (detail::timing_is(POLYHOST_TIMING_SAMPLED)) detail::schedule_next_sample(record, outer);
    };
    return call(c, end, std::forward<A>(arguments)...);
  }

  R counted(polyhost_record& record, A... arguments) const {
    detail::add(record.counted, 1);
    try {
      return untimed(std::forward<A>(arguments)...);
    } catch (...) {
      detail::add(record.errors, 1);
      throw;
    }
  }

  R untimed(A... arguments) const {
    detail::untimed_crossing<POLYHOST_OUTBOUND> c(detail::this_thread());
    return call(
        c, [&](bool) { c.end(); }, std::forward<A>(arguments)...);
  }

  // `end(failed)` ends the crossing `c`.
  template <class Crossing, class End>
  R call(Crossing& c, const End& end, A... arguments) const {
    // The call may drop the callable's last reference, and destroy this callback.
    object keep = callable_;
    argument arg{function_, parameter_};
    try {
      object result = vectorcall(keep.get(), c, std::forward<A>(arguments)...);
      detail::release_held(keep.release());
      if (!result) throw_python_error();
      if constexpr (std::is_void_v<R>) {
        detail::release_held(result.release());
        end(/*failed=*/false);
      } else {
        converter<R> converted;
        load_result(result.get(), converted, arg);
        detail::release_held(result.release());
        end(/*failed=*/false);
        return std::move(converted.value);
      }
    } catch (abi::__forced_unwind&) {
      throw;
    } catch (...) {
      end(/*failed=*/true);
      throw;
    }
  }

  template <class Crossing>
  static object vectorcall(PyObject* callable, Crossing& c, A... arguments) {
    arguments_array array;
    std::size_t made = 0;
    if (!((array.items[++made] = converter<std::remove_cvref_t<A>>::make(std::forward<A>(arguments))) &&
          ... && true)) {
      throw_python_error();
    }
    c.begin_inner();
    PyObject* result = detail::stop_at_shutdown([&] {
      return PyObject_Vectorcall(callable, array.items.data() + 1,
                                 sizeof...(A) | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    });
    c.end_inner();
    array.release();
    return object::steal(result);
  }

  template <class Converter>
  static void load_result(PyObject* result, Converter& converted, argument& arg) {
    static_assert(detail::owns_its_value<R>,
                  "a callback's result must own its data: use std::string, a container or polyhost::object");
    if constexpr (requires { converted.load_exact(result); }) {
      if (converted.load_exact(result)) [[likely]]
        return;
    }
    if (!converted.load(result, arg)) refuse_result<Converter>(result, arg);
  }

  template <class Converter>
  [[noreturn, gnu::noinline]] static void refuse_result(PyObject* result, const argument& arg) {
    std::string expected;
    Converter::describe(expected);
    detail::raise_callback_refusal(arg, result, expected);
    throw_python_error();
  }

  object callable_;
  const detail::signature* function_ = nullptr;
  std::size_t parameter_ = 0;
  polyhost_record* record_ = nullptr;
};

template <class R, class... A>
struct converter<callback<R(A...)>> {
  callback<R(A...)> value;

  static void describe(std::string& out) {
    out += "Callable[[";
    [[maybe_unused]] const char* separator = "";
    ((out += separator, converter<std::remove_cvref_t<A>>::describe(out), separator = ", "), ...);
    out += "], ";
    if constexpr (std::is_void_v<R>) {
      out += "object";  // whatever it returns is ignored
    } else {
      converter<R>::describe(out);
    }
    out += "]";
  }

  bool load(PyObject* from, argument& arg) {
    if (PyCallable_Check(from) == 0) return detail::refuse_type(arg, from);
    polyhost_record* record = detail::callback_record(*arg.function, arg.index);
    if (record == nullptr) return detail::refuse(arg, refusal::raised);
    value = callback<R(A...)>(from, arg.function, arg.index, record);
    return true;
  }
};

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/callback.hpp>
#endif
