// CPython, configured and run as python3 configures and runs itself.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace polyhost::interpreter {

struct Options {
  std::vector<char*> arguments;           // python3's own: argv[0], options, script, the script's arguments
  std::vector<char*> original_arguments;  // what sys.orig_argv shows; the host's switches are among them
  bool use_virtual_env = false;           // enter the venv that VIRTUAL_ENV names (interpreter/paths.h)
  bool gc_throughput = false;             // --gc=throughput
  void (*at_start)() = nullptr;           // called when Python is initialised
  void (*at_exit)() = nullptr;            // called when Python has ended, however the script did: by its end,
                                          // an exception, sys.exit or Ctrl-C. Not by os._exit or a signal.
};

// One module of the Python package that the binary carries: marshalled code.
struct FrozenModule {
  const char* name;
  std::span<const unsigned char> code;
  bool is_package;
};

// Makes the modules importable; Python must not run yet.
void freeze(std::span<const FrozenModule> modules);

// Runs Python and returns its exit status. Some endings do not return: sys.exit ends the process, and
// an unhandled KeyboardInterrupt makes it die of SIGINT, as it does python3.
int run(const Options& options);

// "3.11.2 (main, ...) [GCC ...]"
std::string version();

}  // namespace polyhost::interpreter
