// Memory that is kept from one call for the next. A second one is only made where a call begins before
// another has ended: from Python code that it calls, in another thread meanwhile, or beside it where there is
// no GIL.
#pragma once

#include <Python.h>

#include <atomic>
#include <memory>

namespace polyhost::json {

template <class Memory>
class kept {
 public:
  // Null if there is none.
  static std::unique_ptr<Memory> take() { return std::unique_ptr<Memory>(exchange(nullptr)); }
  static void leave(std::unique_ptr<Memory> done) { delete exchange(done.release()); }

 private:
  static Memory* exchange(Memory* other) {
#ifdef Py_GIL_DISABLED
    return idle_.exchange(other, std::memory_order_acq_rel);
#else
    // Nobody else is here, and plain moves do.
    Memory* const left = idle_.load(std::memory_order_relaxed);
    idle_.store(other, std::memory_order_relaxed);
    return left;
#endif
  }
  static inline constinit std::atomic<Memory*> idle_{nullptr};
};

}  // namespace polyhost::json
