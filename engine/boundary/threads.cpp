// Python numbers the thread states of an interpreter as they are made: the number of a new one tells of all
// before it, also of those that are gone.
#include "boundary/threads.h"

#include <Python.h>
#include <polyhost/detail/gil.hpp>

#include <atomic>
#include <cstdint>

namespace polyhost::boundary {

namespace {

std::uint64_t own_states = 0;  // made by this file, or expected

}  // namespace

void expect_thread() { ++own_states; }

bool several_threads() {
  static std::atomic<bool> several{false};  // as in calibrate.cpp, a report may read it without the GIL
  static std::uint64_t counted_from = 0;
  if (several || detail::out_of_reach() || !detail::holds_gil()) return several;
  PyInterpreterState* const interpreter = PyInterpreterState_Main();
  PyThreadState* first = PyInterpreterState_ThreadHead(interpreter);
  while (PyThreadState_Next(first) != nullptr) first = PyThreadState_Next(first);       // the main thread's
  if (counted_from != 0 && counted_from != PyThreadState_GetID(first)) own_states = 0;  // a forked child's
  counted_from = PyThreadState_GetID(first);
  PyThreadState* const made = PyThreadState_New(interpreter);
  if (made == nullptr) return several;
  ++own_states;
  several = PyThreadState_GetID(made) > counted_from + own_states;
  PyThreadState_Clear(made);
  PyThreadState_Delete(made);
  return several;
}

}  // namespace polyhost::boundary
