// Giving up the GIL for the body of a native function.
#pragma once

#include <Python.h>
#include <polyhost/detail/gil.hpp>

#include <utility>

namespace polyhost::detail {

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

}  // namespace polyhost::detail
