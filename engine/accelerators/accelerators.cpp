#include "accelerators/accelerators.h"

#include <Python.h>

#include <new>

extern "C" PyObject* PyInit__polyhost_json();  // NOLINT(bugprone-reserved-identifier): Python's name for it

namespace polyhost::accelerators {

void register_modules() {
  if (PyImport_AppendInittab("_polyhost_json", PyInit__polyhost_json) != 0) throw std::bad_alloc();
}

}  // namespace polyhost::accelerators
