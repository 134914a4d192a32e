// CPython for a program of somebody else's, which goes on before and after. Not a run of python3's kind,
// whose command line and end are CPython's own (interpreter.h).
#pragma once

#include <string>
#include <vector>

namespace polyhost::interpreter {

struct EmbeddedOptions {
  std::vector<std::string> arguments;  // sys.argv
  std::string executable;              // sys.executable; empty: the venv's, or the python3 that is embedded
  std::string virtual_env;             // a venv's directory, or empty
  std::vector<std::string> search_paths;  // in front of sys.path
  bool isolated = false;                  // as python3 -I
  bool signal_handlers = false;           // as python3's, for SIGINT and SIGPIPE
};

// Starts Python; the calling thread then holds the GIL. Throws std::runtime_error with the reason: a venv
// that is none, or what CPython says. Then it may be tried again.
void start(const EmbeddedOptions& options);

// Ends Python. By the thread that started it, with the GIL.
void end() noexcept;

}  // namespace polyhost::interpreter
