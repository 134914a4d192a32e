// Starting CPython by its configuration API and leaving the rest to Py_RunMain.
#include "interpreter/interpreter.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace polyhost::interpreter {

namespace {

// Frees a PyConfig and ends the process with python3's message, if there is reason to.
[[noreturn]] void end_with(PyConfig& config, const PyStatus& status) {
  PyConfig_Clear(&config);
  if (PyStatus_IsExit(status) != 0) std::exit(status.exitcode);
  Py_ExitStatusException(status);
}

// python3 looks for its library upwards from the executable. The host need not lie in Python's prefix, and
// on the way up it may meet another one ("/lib" is "/usr/lib" on Debian), so it is told.
// PYTHONHOME still overrides this; a venv's pyvenv.cfg is still obeyed.
PyStatus set_prefix(PyConfig& config) {
  const PyStatus status = PyConfig_SetBytesString(&config, &config.prefix, POLYHOST_PYTHON_PREFIX);
  if (PyStatus_Exception(status) != 0) return status;
  return PyConfig_SetBytesString(&config, &config.exec_prefix, POLYHOST_PYTHON_EXEC_PREFIX);
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

// True if the first program of that name on PATH is this one.
bool is_first_on_path(std::string_view program) {
  struct stat ours {};
  const char* path = std::getenv("PATH");
  if (path == nullptr || ::stat("/proc/self/exe", &ours) != 0) return false;
  std::string_view rest = path;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string candidate = std::string(rest.substr(0, colon)).append("/").append(program);
    struct stat found {};
    if (::access(candidate.c_str(), X_OK) == 0 && ::stat(candidate.c_str(), &found) == 0) {
      return found.st_dev == ours.st_dev && found.st_ino == ours.st_ino;
    }
    if (colon == std::string_view::npos) return false;
    rest.remove_prefix(colon + 1);
  }
}

// python3 finds itself by looking for argv[0] on PATH, and takes an empty one for "python3". The host,
// started with such an argv[0], would find another Python there, and its children would leave the host.
PyStatus set_executable(PyConfig& config, std::string_view program) {
  const bool bare_python = program.find('/') == std::string_view::npos && program.starts_with("python");
  if (!program.empty() && (!bare_python || is_first_on_path(program))) return PyStatus_Ok();
  std::array<char, PATH_MAX> path{};
  if (::readlink("/proc/self/exe", path.data(), path.size() - 1) <= 0) return PyStatus_Ok();
  return PyConfig_SetBytesString(&config, &config.executable, path.data());
}

PyStatus configure(PyConfig& config, const Options& options) {
  PyStatus status = PyConfig_SetBytesArgv(&config, static_cast<Py_ssize_t>(options.arguments.size()),
                                          options.arguments.data());  // pre-initialises Python
  if (PyStatus_Exception(status) != 0) return status;
  if (options.original_arguments.size() != options.arguments.size()) {
    status = set_original_arguments(config, options.original_arguments);
    if (PyStatus_Exception(status) != 0) return status;
  }
  status = set_executable(config, options.arguments.empty() ? "" : options.arguments.front());
  if (PyStatus_Exception(status) != 0) return status;
  return set_prefix(config);
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
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  PyStatus status = configure(config, options);
  if (PyStatus_Exception(status) != 0) end_with(config, status);
  status = Py_InitializeFromConfig(&config);
  if (PyStatus_Exception(status) != 0) end_with(config, status);
  PyConfig_Clear(&config);
  if (options.at_exit != nullptr) Py_AtExit(options.at_exit);
  return Py_RunMain();
}

std::string version() { return Py_GetVersion(); }

}  // namespace polyhost::interpreter
