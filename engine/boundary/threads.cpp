// Python numbers the thread states of an interpreter as they are made: the number of a new one tells of all
// before it, also of those that are gone.
#include "boundary/threads.h"

#include <Python.h>
#include <polyhost/detail/gil.hpp>

#include <cstdint>

namespace polyhost::boundary {

bool several_threads() {
  static bool several = false;
  static std::uint64_t asked = 0;
  if (several || detail::out_of_reach()) return several;
  PyInterpreterState* const interpreter = PyInterpreterState_Main();
  PyThreadState* first = PyInterpreterState_ThreadHead(interpreter);
  while (PyThreadState_Next(first) != nullptr) first = PyThreadState_Next(first);  // the main thread's
  PyThreadState* const made = PyThreadState_New(interpreter);
  if (made == nullptr) return several;
  ++asked;
  several = PyThreadState_GetID(made) > PyThreadState_GetID(first) + asked;
  PyThreadState_Clear(made);
  PyThreadState_Delete(made);
  return several;
}

}  // namespace polyhost::boundary
