// Starting CPython by its configuration API, for a program that has other things to do.
#include "interpreter/embedded.h"

#include "interpreter/paths.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <csignal>
#include <memory>
#include <stdexcept>

namespace polyhost::interpreter {

namespace {

PyStatus set_text(PyConfig& config, wchar_t** field, const std::string& text) {
  return text.empty() ? PyStatus_Ok() : PyConfig_SetBytesString(&config, field, text.c_str());
}

PyStatus configure(PyConfig& config, const EmbeddedOptions& options) {
  config.parse_argv = 0;
  config.install_signal_handlers = options.signal_handlers ? 1 : 0;
  if (options.isolated) {
    config.isolated = 1;
    config.use_environment = 0;
    config.user_site_directory = 0;
  }
  std::vector<char*> arguments;
  for (const std::string& argument : options.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));  // CPython only reads it
  const PyStatus status = PyConfig_SetBytesArgv(&config, static_cast<Py_ssize_t>(arguments.size()),
                                                arguments.data());  // pre-initialises Python
  if (PyStatus_Exception(status) != 0) return status;
  // Told, since CPython would look for the first python3 on PATH.
  return set_text(config, &config.executable,
                  !options.executable.empty()    ? options.executable
                  : !options.virtual_env.empty() ? options.virtual_env + "/bin/python"
                                                 : python_program());
}

void check(const PyStatus& status) {
  if (PyStatus_Exception(status) == 0) return;
  const char* reason = status.err_msg != nullptr ? status.err_msg : "it asked to exit";
  throw std::runtime_error(std::string("Python cannot start: ") + reason);
}

// False with an exception set.
bool prepend(const std::vector<std::string>& directories) {
  PyObject* const path = PySys_GetObject("path");  // borrowed
  for (std::size_t i = 0; i < directories.size(); ++i) {
    PyObject* text = PyUnicode_DecodeFSDefault(directories[i].c_str());
    const bool done = text != nullptr && path != nullptr && PyList_Check(path) &&
                      PyList_Insert(path, static_cast<Py_ssize_t>(i), text) == 0;
    Py_XDECREF(text);
    if (!done) return false;
  }
  return true;
}

// Importing signal makes SIGINT raise KeyboardInterrupt, if nobody handles it, whatever the configuration
// says. This lets Python do so now and then undo it. False with an exception set.
bool leave_interrupts_alone() {
  struct sigaction before {};
  const bool unhandled = ::sigaction(SIGINT, nullptr, &before) == 0 && before.sa_handler == SIG_DFL;
  PyObject* const signals = unhandled ? PyImport_ImportModule("_signal") : nullptr;
  PyObject* const by_default = signals != nullptr ? PyObject_GetAttrString(signals, "SIG_DFL") : nullptr;
  PyObject* const done =
      by_default != nullptr ? PyObject_CallMethod(signals, "signal", "iO", SIGINT, by_default) : nullptr;
  Py_XDECREF(done);
  Py_XDECREF(by_default);
  Py_XDECREF(signals);
  return !unhandled || done != nullptr;
}

}  // namespace

void start(const EmbeddedOptions& options) {
  if (!options.virtual_env.empty())
    if (const std::string problem = venv_problem(options.virtual_env); !problem.empty())
      throw std::runtime_error("Python cannot start: " + problem);
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  const std::unique_ptr<PyConfig, void (*)(PyConfig*)> cleared(&config, PyConfig_Clear);
  check(configure(config, options));
  check(Py_InitializeFromConfig(&config));
  if (prepend(options.search_paths) && (options.signal_handlers || leave_interrupts_alone())) return;
  PyErr_Print();
  Py_FinalizeEx();
  throw std::runtime_error("Python cannot start: it fails at its first steps");
}

void end() noexcept { Py_FinalizeEx(); }

}  // namespace polyhost::interpreter
