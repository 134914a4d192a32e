// The command line: polyhost's own switches apart from python3's.
#pragma once

#include "host.h"

#include <string>
#include <vector>

namespace polyhost::app {

struct CommandLine {
  std::string command;  // a subcommand ("version", "help"), or empty: run Python
  RunOptions run;
  std::string error;  // one sentence; empty if all is well
};

// Polyhost's switches stand among python3's options, before the script, -c, -m or -. What it does not know
// it leaves to python3. If the program's name begins with "python", all arguments are python3's.
CommandLine parse(int argc, char** argv);

}  // namespace polyhost::app
