// A program with an engine, for tests/python/test_embed.py: options by switches, then a script, or -c and a
// text. Its exit status is the script's; 70 if the engine did not start.
#include <polyhost/engine.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

double triple(double x) { return 3 * x; }

}  // namespace

POLYHOST_EMBEDDED_MODULE(game, m) { m.def<triple>("triple(x)"); }

int main(int argc, char** argv) try {
  polyhost::engine_options options;
  int i = 1;
  for (; i + 1 < argc && std::string(argv[i]).starts_with("--"); ++i) {
    const std::string name = argv[i];
    if (name == "--isolated") options.isolated = true;
    if (name == "--signal-handlers") options.signal_handlers = true;
    if (name == "--imports-cpp") options.imports_cpp = true;
    if (name == "--timing-off") options.timing = POLYHOST_TIMING_OFF;
    if (name == "--venv") options.virtual_env = argv[++i];
    if (name == "--executable") options.executable = argv[++i];
    if (name == "--path") options.search_paths.emplace_back(argv[++i]);
  }
  options.arguments.assign(argv + i, argv + argc);
  polyhost::engine engine(options);
  try {
    if (options.arguments.at(0) == "-c") return engine.run_string(options.arguments.at(1));
    return engine.run_file(options.arguments.at(0));
  } catch (const polyhost::python_error& error) {
    engine.print(error);
    return 1;
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 70;
}
