// A running Python for the tests of this folder: without site, without the user's environment.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <polyhost/object.hpp>

#include <doctest/doctest.h>

#include <string>

namespace polyhost::test {

// Started once, never ended: the process ends with it.
inline void need_python() {
  if (Py_IsInitialized() != 0) return;
  PyPreConfig preconfig;
  PyPreConfig_InitIsolatedConfig(&preconfig);
  preconfig.allocator = PYMEM_ALLOCATOR_MALLOC;  // a leak checker does not see into arenas
  REQUIRE(PyStatus_Exception(Py_PreInitialize(&preconfig)) == 0);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  PyConfig_SetBytesString(&config, &config.prefix, POLYHOST_PYTHON_PREFIX);
  PyConfig_SetBytesString(&config, &config.exec_prefix, POLYHOST_PYTHON_EXEC_PREFIX);
  const PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  REQUIRE(PyStatus_Exception(status) == 0);
}

// "TypeError: message" of the exception that is set; clears it. Empty if there is none.
inline std::string take_error() {
  if (PyErr_Occurred() == nullptr) return {};
  return python_error().what();
}

}  // namespace polyhost::test
