// Finding the end of the options, and polyhost's among them.
#include "options.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace polyhost::app {

namespace {

bool is_python(std::string_view program) {
  const std::size_t slash = program.rfind('/');
  if (slash != std::string_view::npos) program.remove_prefix(slash + 1);
  return program.starts_with("python");
}

// How python3 reads one argument that begins with '-'.
struct Reading {
  bool takes_next = false;  // the next argument is its value
  bool isolates = false;    // -I, -E: the environment is not to be looked at
  bool is_last = false;     // --, -c, -m: what follows is no option of python3's
  std::string script{};     // -c and -m: the heading of reports
};

Reading read(std::string_view argument, const char* next) {
  if (argument == "--") return {.is_last = true};
  if (argument.starts_with("--")) return {.takes_next = argument == "--check-hash-based-pycs"};
  Reading reading;
  for (std::size_t i = 1; i < argument.size(); ++i) {
    const char option = argument[i];
    if (option == 'I' || option == 'E') reading.isolates = true;
    if (std::string_view("cmWX").find(option) == std::string_view::npos) continue;
    const std::string_view attached = argument.substr(i + 1);
    reading.takes_next = attached.empty();
    reading.is_last = option == 'c' || option == 'm';
    if (option == 'c') reading.script = "-c";
    if (option == 'm')
      reading.script.append("-m ").append(attached.empty() && next != nullptr ? next : attached);
    break;
  }
  return reading;
}

// "--report", "--report=table", "--report=json:FILE"
void read_report(std::string_view value, CommandLine& line) {
  const std::size_t colon = value.find(':');
  const std::string format(value.empty() ? "table" : value.substr(0, colon));
  const std::string file(colon == std::string_view::npos ? "" : value.substr(colon + 1));
  if (format != "table" && format != "json" && format != "html") {
    line.error = "--report knows no format '" + format +
                 "': use --report, --report=html:FILE, --report=json:FILE or --report=table:FILE";
  } else if ((colon != std::string_view::npos || format == "html") && file.empty()) {
    line.error = "--report=" + format + ": lacks a file: write --report=" + format + ":FILE";
  } else {
    line.run.reports.push_back({format, file});
  }
}

// "--gc=throughput"
void read_gc(std::string_view value, CommandLine& line) {
  if (value != "throughput")
    line.error =
        "--gc knows no mode '" + std::string(value) + "': use --gc=throughput, or leave it out for python3's";
  line.run.gc_throughput = true;
}

// "--accelerate=json"
void read_accelerate(std::string_view value, CommandLine& line) {
  if (const std::string wrong = unknown_accelerators(value); !wrong.empty() || value.empty())
    line.error = (value.empty() ? "--accelerate lacks a name" : "--accelerate knows no " + wrong) +
                 ": use --accelerate=" + accelerator_names();
  if (!line.run.accelerators.empty()) line.run.accelerators += ',';
  line.run.accelerators += value;
}

// "--timing=sampled"
void read_timing(std::string_view value, CommandLine& line) {
  if (const auto timing = record::timing_of(value)) {
    line.run.timing = *timing;
  } else {
    line.error = "--timing knows no mode '" + std::string(value) +
                 "': use --timing=exact (as without it), full, sampled or off";
  }
}

// "--sort=calls"
void read_sort(std::string_view value, CommandLine& line) {
  if (!report::is_order(value))
    line.error = "--sort knows no order '" + std::string(value) + "': use one of " + report::orders();
  line.run.order = value;
}

// The content of a file; nothing if it cannot be read, or is a directory.
std::optional<std::string> content(const std::string& path) {
  try {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  } catch (const std::ios_base::failure&) {
    return std::nullopt;
  }
}

// "--budget=kernels.*: calls <= 1e5", "--budget=@FILE"
void read_budget(std::string_view value, CommandLine& line) {
  const std::string path(value.starts_with('@') ? value.substr(1) : "");
  try {
    if (!value.starts_with('@')) {
      line.run.budgets.push_back(report::read_budget(value));
    } else if (const std::optional<std::string> text = content(path)) {
      for (report::Budget& budget : report::read_budgets(*text))
        line.run.budgets.push_back(std::move(budget));
    } else {
      line.error =
          "cannot read the budgets of " + path + ": give --budget=@FILE a file with a budget on each line";
    }
  } catch (const std::invalid_argument& error) {
    line.error = (path.empty() ? "" : path + ": ") + error.what();
  }
}

// "--trace=FILE.json"
void read_trace(std::string_view value, CommandLine& line) {
  if (value.empty()) line.error = "--trace lacks a file: write --trace=FILE.json";
  line.run.trace_file = value;
}

// "--trace-events=100000"
void read_trace_events(std::string_view value, CommandLine& line) {
  constexpr std::size_t most = 1'000'000'000;
  std::size_t events = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), events);
  if (error != std::errc() || end != value.data() + value.size() || events == 0 || events > most)
    line.error = "--trace-events takes how many calls of a thread are kept, 1 to 1000000000, not '" +
                 std::string(value) + "': write --trace-events=1000000 (as without it)";
  line.run.trace_events = events;
}

// "--call-sites=exact"
void read_call_sites(std::string_view value, CommandLine& line) {
  if (value != "exact" && value != "sampled")
    line.error = "--call-sites knows no mode '" + std::string(value) +
                 "': use --call-sites=exact, or sampled (as without it)";
  line.run.call_sites_exact = value == "exact";
}

// "--all-native"
void read_all_native(std::string_view value, CommandLine& line) {
  if (!value.empty()) line.error = "--all-native takes no value: write --all-native alone";
  line.run.all_native = true;
}

// "--live"
void read_live(std::string_view value, CommandLine& line) {
  if (!value.empty()) line.error = "--live takes no value: write --live alone";
  line.run.live = true;
}

// "--reload"
void read_reload(std::string_view value, CommandLine& line) {
  if (!value.empty()) line.error = "--reload takes no value: write --reload alone";
  line.run.reloads = true;
}

struct Switch {
  std::string_view name;
  void (*read)(std::string_view value, CommandLine& line);
};
constexpr Switch switches[] = {{"--budget", read_budget},
                               {"--accelerate", read_accelerate},
                               {"--report", read_report},
                               {"--gc", read_gc},
                               {"--sort", read_sort},
                               {"--timing", read_timing},
                               {"--reload", read_reload},
                               {"--all-native", read_all_native},
                               {"--live", read_live},
                               {"--trace", read_trace},
                               {"--trace-events", read_trace_events},
                               {"--call-sites", read_call_sites}};

// True if the argument is a switch of polyhost's.
bool read_switch(std::string_view argument, CommandLine& line) {
  const std::size_t equals = std::min(argument.find('='), argument.size());
  for (const Switch& known : switches) {
    if (argument.substr(0, equals) != known.name) continue;
    known.read(argument.substr(std::min(equals + 1, argument.size())), line);
    return true;
  }
  return false;
}

// The commands that are modules of the package polyhost.
struct Command {
  std::string_view name;
  const char* module;
};
constexpr Command commands[] = {{"bench", "polyhost.bench"},
                                {"build", "polyhost.commands.build"},
                                {"list", "polyhost.commands.list"},
                                {"new", "polyhost.commands.new"},
                                {"report", "polyhost.commands.report"},
                                {"stubs", "polyhost.commands.stubs"},
                                {"top", "polyhost.commands.top"}};

// `polyhost bench ARGUMENTS` is python3 -I -m polyhost.bench ARGUMENTS: the script's environment is not its.
bool read_command(int argc, char** argv, CommandLine& line) {
  static char isolated[] = "-I";
  static char as_module[] = "-m";
  for (const Command& command : commands) {
    if (argc < 2 || command.name != argv[1]) continue;
    line.run.arguments = {argv[0], isolated, as_module, const_cast<char*>(command.module)};
    line.run.arguments.insert(line.run.arguments.end(), argv + 2, argv + argc);
    line.run.script = argv[1];
    line.run.imports_cpp = true;
    return true;
  }
  return false;
}

}  // namespace

CommandLine parse(int argc, char** argv) {
  CommandLine line;
  line.run.original_arguments.assign(argv, argv + argc);
  line.run.arguments = line.run.original_arguments;
  if (argc == 0 || is_python(argv[0])) return line;

  if (argc > 1 && (std::string_view(argv[1]) == "version" || std::string_view(argv[1]) == "help")) {
    line.command = argv[1];
    return line;
  }
  if (read_command(argc, argv, line)) return line;
  line.run.arguments.assign(1, argv[0]);
  line.run.use_virtual_env = true;
  line.run.imports_cpp = true;
  int i = 1;
  for (bool options = true; options && i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.size() < 2 || argument.front() != '-') break;  // a script, or "-"
    if (argument == "--budget" && i + 1 < argc) {  // its value is a sentence, and may stand on its own
      read_budget(argv[++i], line);
      continue;
    }
    if (argument == "--accelerate" && i + 1 < argc) {
      read_accelerate(argv[++i], line);
      continue;
    }
    if (read_switch(argument, line)) continue;
    line.run.arguments.push_back(argv[i]);
    Reading reading = read(argument, i + 1 < argc ? argv[i + 1] : nullptr);
    if (reading.takes_next && i + 1 < argc) line.run.arguments.push_back(argv[++i]);
    if (reading.isolates) line.run.use_virtual_env = false;
    if (reading.is_last) line.run.script = std::move(reading.script);
    options = !reading.is_last;
  }
  if (line.run.script.empty() && i < argc) line.run.script = argv[i];
  line.run.arguments.insert(line.run.arguments.end(), argv + i, argv + argc);
  return line;
}

}  // namespace polyhost::app
