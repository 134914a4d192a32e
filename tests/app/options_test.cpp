// The command line: which arguments are polyhost's, and what python3 gets.
#include "options.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using polyhost::app::CommandLine;

namespace {

using Words = std::vector<std::string>;

struct Parsed {
  CommandLine line;
  Words python;  // what python3 gets, without argv[0]
};

Parsed parse(Words words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  Parsed parsed{polyhost::app::parse(static_cast<int>(argv.size()), argv.data()), {}};
  const std::vector<char*>& rest = parsed.line.run.arguments;
  parsed.python.assign(rest.begin() + 1, rest.end());
  CHECK(parsed.line.run.original_arguments.size() == words.size());
  return parsed;
}

}  // namespace

TEST_CASE("without switches python3 gets everything") {
  for (const Words& words : {Words{}, Words{"script.py", "a", "-b"}, Words{"-c", "pass", "--report"},
                             Words{"-X", "dev", "-W", "error", "-"}, Words{"-m", "timeit", "--report"}}) {
    Words all = words;
    all.insert(all.begin(), "polyhost");
    const Parsed parsed = parse(all);
    CHECK(parsed.python == words);
    CHECK(parsed.line.run.reports.empty());
    CHECK(parsed.line.error.empty());
  }
}

TEST_CASE("--report is taken out, wherever it stands before the script") {
  for (const Words& words : {Words{"polyhost", "--report", "-X", "dev", "-Wd", "s.py", "x"},
                             Words{"polyhost", "-X", "dev", "--report", "-Wd", "s.py", "x"},
                             Words{"polyhost", "-X", "dev", "-Wd", "--report", "s.py", "x"}}) {
    const Parsed parsed = parse(words);
    CHECK(parsed.python == Words{"-X", "dev", "-Wd", "s.py", "x"});
    REQUIRE(parsed.line.run.reports.size() == 1);
    CHECK(parsed.line.run.reports[0].format == "table");
    CHECK(parsed.line.run.reports[0].file.empty());
    CHECK(parsed.line.run.script == "s.py");
  }
}

TEST_CASE("after the script, -c, -m, - or -- it is the script's") {
  for (const Words& words :
       {Words{"s.py", "--report"}, Words{"-c", "--report"}, Words{"-mx", "--report"},
        Words{"-Bc", "pass", "--report"}, Words{"-", "--report"}, Words{"--", "s.py", "--report"},
        Words{"-W", "--report", "s.py"}, Words{"-X", "--report", "s.py"},
        Words{"--check-hash-based-pycs", "--report", "s.py"}}) {
    Words all = words;
    all.insert(all.begin(), "polyhost");
    const Parsed parsed = parse(all);
    CHECK(parsed.python == words);
    CHECK(parsed.line.run.reports.empty());
  }
}

TEST_CASE("formats and files") {
  const Parsed parsed =
      parse({"polyhost", "--report=json:out.json", "--report=table:t.txt", "--report=json", "s.py"});
  REQUIRE(parsed.line.run.reports.size() == 3);
  CHECK(parsed.line.run.reports[0].format == "json");
  CHECK(parsed.line.run.reports[0].file == "out.json");
  CHECK(parsed.line.run.reports[1].format == "table");
  CHECK(parsed.line.run.reports[1].file == "t.txt");
  CHECK(parsed.line.run.reports[2].file.empty());
}

TEST_CASE("mistakes are named") {
  CHECK(parse({"polyhost", "--report=xml:f", "s.py"}).line.error.find("'xml'") != std::string::npos);
  CHECK(parse({"polyhost", "--report=json:", "s.py"}).line.error.find("lacks a file") != std::string::npos);
  CHECK(parse({"polyhost", "--reports", "s.py"}).python == Words{"--reports", "s.py"});  // python3 refuses it
}

TEST_CASE("the heading of reports") {
  CHECK(parse({"polyhost", "-m", "timeit", "x"}).line.run.script == "-m timeit");
  CHECK(parse({"polyhost", "-mtimeit"}).line.run.script == "-m timeit");
  CHECK(parse({"polyhost", "-Im", "timeit"}).line.run.script == "-m timeit");
  CHECK(parse({"polyhost", "-c", "import m"}).line.run.script == "-c");
  CHECK(parse({"polyhost", "-"}).line.run.script == "-");
  CHECK(parse({"polyhost"}).line.run.script.empty());
  CHECK(parse({"polyhost", "--", "s.py"}).line.run.script == "s.py");
}

TEST_CASE("commands are bare words; a path is a script") {
  CHECK(parse({"polyhost", "version"}).line.command == "version");
  CHECK(parse({"polyhost", "help"}).line.command == "help");
  CHECK(parse({"polyhost", "./version"}).line.command.empty());
  CHECK(parse({"polyhost", "-I", "version"}).line.command.empty());
}

TEST_CASE("a program called python is python3 and nothing else") {
  for (const char* name : {"python", "/venv/bin/python3", "python3.11"}) {
    const Parsed parsed = parse({name, "--report", "version"});
    CHECK(parsed.python == Words{"--report", "version"});
    CHECK(parsed.line.run.reports.empty());
    CHECK(parsed.line.command.empty());
  }
}

TEST_CASE("VIRTUAL_ENV counts, unless python3's options or name say otherwise") {
  for (const Words& words : {Words{"polyhost", "s.py", "-I"}, Words{"polyhost", "-X", "dev", "-c", "E"},
                             Words{"/bin/polyhost", "-WI", "s.py"}, Words{"polyhost"}}) {
    CHECK(parse(words).line.run.use_virtual_env);
  }
  for (const Words& words : {Words{"polyhost", "-I", "s.py"}, Words{"polyhost", "-BEc", "pass"},
                             Words{"polyhost", "-sIW", "error", "s.py"}, Words{"/v/bin/python3", "s.py"}}) {
    CHECK_FALSE(parse(words).line.run.use_virtual_env);
  }
}

TEST_CASE("--gc=throughput is taken out; another mode is refused with what there is") {
  CHECK_FALSE(parse({"polyhost", "s.py", "--gc=throughput"}).line.run.gc_throughput);
  const Parsed parsed = parse({"polyhost", "-B", "--gc=throughput", "s.py"});
  CHECK(parsed.line.run.gc_throughput);
  CHECK(parsed.python == Words{"-B", "s.py"});
  for (const char* wrong : {"--gc", "--gc=", "--gc=never"}) {
    CHECK(parse({"polyhost", wrong, "s.py"}).line.error.find("use --gc=throughput") != std::string::npos);
  }
  CHECK(parse({"polyhost", "--gcc", "s.py"}).line.error.empty());
}

TEST_CASE("--accelerate is taken out, its value with = or on its own") {
  CHECK(parse({"polyhost", "s.py", "--accelerate=json"}).line.run.accelerators.empty());
  for (const Words& words : {Words{"polyhost", "-B", "--accelerate=json", "s.py", "json"},
                             Words{"polyhost", "-B", "--accelerate", "json", "s.py", "json"}}) {
    const Parsed parsed = parse(words);
    CHECK(parsed.line.error.empty());
    CHECK(parsed.line.run.accelerators == "json");
    CHECK(parsed.python == Words{"-B", "s.py", "json"});
  }
  CHECK(parse({"polyhost", "--accelerate=json,json", "s.py"}).line.error.empty());
  CHECK(parse({"polyhost", "--accelerated", "s.py"}).line.error.empty());
}

TEST_CASE("--accelerate of what there is not is refused with what there is") {
  for (const Words& words :
       {Words{"polyhost", "--accelerate=re", "s.py"}, Words{"polyhost", "--accelerate", "s.py"},
        Words{"polyhost", "--accelerate=", "s.py"}, Words{"polyhost", "--accelerate"},
        Words{"polyhost", "--accelerate=json,,json", "s.py"}}) {
    CHECK(parse(words).line.error.find(": use --accelerate=json") != std::string::npos);
  }
  CHECK(parse({"polyhost", "--accelerate=re,json,csv", "s.py"}).line.error ==
        "--accelerate knows no 're', 'csv': use --accelerate=json");
}

TEST_CASE("--reload is taken out, and has no value") {
  const Parsed parsed = parse({"polyhost", "--reload", "-B", "s.py", "--reload"});
  CHECK(parsed.line.run.reloads);
  CHECK(parsed.python == Words{"-B", "s.py", "--reload"});
  CHECK_FALSE(parse({"polyhost", "s.py", "--reload"}).line.run.reloads);
  CHECK(parse({"polyhost", "--reload=kernels", "s.py"}).line.error.find("takes no value") !=
        std::string::npos);
}
