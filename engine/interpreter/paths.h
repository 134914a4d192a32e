// What CPython must be told of where it is, as far as it cannot find that out by itself: the executable, the
// prefix, an activated venv. Everything else is CPython's own search.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>

namespace polyhost::interpreter {

// Fills in executable and prefixes. `program` is argv[0]; `use_virtual_env`: a venv that VIRTUAL_ENV names is
// entered, as if its bin/python had been started. Sets errors in the status only.
PyStatus set_paths(PyConfig& config, std::string_view program, bool use_virtual_env);

// "": the venv in that directory can be entered; else why not, as a clause.
std::string venv_problem(const std::string& directory);

// The python3 whose library is linked: "/usr/bin/python3.11".
std::string python_program();

// Once Python is initialised: if a venv was entered through VIRTUAL_ENV, sys.executable is the host again, so
// that children are the host, too. False with an exception set.
bool restore_executable();

}  // namespace polyhost::interpreter
