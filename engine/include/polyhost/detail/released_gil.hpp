// The body of a native function with its exceptions, and without the GIL.
#pragma once

#include <Python.h>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/gil.hpp>

#include <cxxabi.h>

#include <utility>

namespace polyhost::detail {

// What follows is inlined, and so are its bodies on the hot path: a crossing whose address is taken lives in
// memory, not in registers.

// The GIL is given up for a body; retake() gets it back, if it is not back yet, and charges the wait.
template <class Crossing>
class released_gil {
 public:
  explicit released_gil(Crossing& c) : crossing_(c), state_(PyEval_SaveThread()) {}
  released_gil(const released_gil&) = delete;
  released_gil& operator=(const released_gil&) = delete;

  void retake() {
    PyThreadState* state = std::exchange(state_, nullptr);
    if (state == nullptr) return;
    crossing_.wait_for_gil([&] { stop_at_shutdown([&] { PyEval_RestoreThread(state); }); });
  }

 private:
  Crossing& crossing_;
  PyThreadState* state_;
};

// Runs body(gil) without the GIL, as the inner side; its last acts are to end that and to retake the GIL. An
// exception of the body's leaves with the GIL held again.
template <class Crossing, class Body>
[[gnu::always_inline]] inline auto run_without_gil(Crossing& c, Body body) {
  released_gil gil(c);
  c.begin_inner();
  try {
    return body(gil);
  } catch (abi::__forced_unwind&) {
    throw;  // the thread is being ended: nothing may stop that
  } catch (...) {
    if (c.in_inner()) c.end_inner();
    gil.retake();
    throw;
  }
}

// What body() returns, or null with the Python exception that matches the C++ one. Needs the GIL when it is
// over.
template <class Crossing, class Body>
[[gnu::always_inline]] inline PyObject* run_for_python(Crossing& c, const signature& function, Body body) {
  try {
    return body();
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    if (c.in_inner()) c.end_inner();
    set_python_error_from_body(function);
    return nullptr;
  }
}

}  // namespace polyhost::detail
