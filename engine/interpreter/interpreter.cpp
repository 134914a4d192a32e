// Starting CPython by its configuration API and leaving the rest to Py_RunMain.
#include "interpreter/interpreter.h"

#include "interpreter/paths.h"
#include "interpreter/prefault.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdlib>

namespace polyhost::interpreter {

namespace {

// Frees a PyConfig and ends the process with python3's message, if there is reason to.
[[noreturn]] void end_with(PyConfig& config, const PyStatus& status) {
  PyConfig_Clear(&config);
  if (PyStatus_IsExit(status) != 0) std::exit(status.exitcode);
  Py_ExitStatusException(status);
}

PyStatus set_original_arguments(PyConfig& config, const std::vector<char*>& arguments) {
  PyStatus status = PyStatus_Ok();
  for (const char* argument : arguments) {
    wchar_t* wide = Py_DecodeLocale(argument, nullptr);
    if (wide == nullptr) return PyStatus_NoMemory();
    status = PyWideStringList_Append(&config.orig_argv, wide);
    PyMem_RawFree(wide);
    if (PyStatus_Exception(status) != 0) break;
  }
  return status;
}

// gc.set_threshold(50000, 20, 100) in place of (700, 10, 10): a program that makes many objects and few
// cycles spends its time otherwise on looking through the young ones. False with an exception set.
bool make_gc_rare() {
  PyObject* gc = PyImport_ImportModule("gc");
  PyObject* done = gc != nullptr ? PyObject_CallMethod(gc, "set_threshold", "iii", 50'000, 20, 100) : nullptr;
  Py_XDECREF(gc);
  Py_XDECREF(done);
  return done != nullptr;
}

PyStatus configure(PyConfig& config, const Options& options) {
  PyStatus status = PyConfig_SetBytesArgv(&config, static_cast<Py_ssize_t>(options.arguments.size()),
                                          options.arguments.data());  // pre-initialises Python
  if (PyStatus_Exception(status) != 0) return status;
  if (options.original_arguments.size() != options.arguments.size()) {
    status = set_original_arguments(config, options.original_arguments);
    if (PyStatus_Exception(status) != 0) return status;
  }
  return set_paths(config, options.arguments.empty() ? "" : options.arguments.front(),
                   options.use_virtual_env);
}

}  // namespace

void freeze(std::span<const FrozenModule> modules) {
  // Never destroyed: Python reads the table to its end.
  static std::vector<_frozen>& table = *new std::vector<_frozen>();
  table.clear();
  for (const FrozenModule& module : modules) {
    _frozen entry{};
    entry.name = module.name;
    entry.code = module.code.data();
    entry.size = static_cast<int>(module.code.size());
    entry.is_package = module.is_package ? 1 : 0;
    table.push_back(entry);
  }
  table.push_back(_frozen{});
  PyImport_FrozenModules = table.data();
}

int run(const Options& options) {
  prefault_data();
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  PyStatus status = configure(config, options);
  if (PyStatus_Exception(status) != 0) end_with(config, status);
  status = Py_InitializeFromConfig(&config);
  if (PyStatus_Exception(status) != 0) end_with(config, status);
  PyConfig_Clear(&config);
  if (!restore_executable() || (options.gc_throughput && !make_gc_rare())) PyErr_Print();
  if (options.at_start != nullptr) options.at_start();
  if (options.at_exit != nullptr) Py_AtExit(options.at_exit);
  return Py_RunMain();
}

std::string version() { return Py_GetVersion(); }

}  // namespace polyhost::interpreter
