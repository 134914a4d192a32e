// polyhost: the executable.
#include "help.h"
#include "host.h"
#include "options.h"

#include <cstdio>

int main(int argc, char** argv) {
  const polyhost::app::CommandLine line = polyhost::app::parse(argc, argv);
  if (!line.error.empty()) {
    std::fprintf(stderr, "polyhost: %s\n", line.error.c_str());
    return 2;
  }
  if (line.command == "version") {
    std::fputs(polyhost::version_text().c_str(), stdout);
    return 0;
  }
  if (line.command == "help") {
    std::fputs(polyhost::app::help_text, stdout);
    return 0;
  }
  return polyhost::run(line.run);
}
