// A program that embeds the engine: what runs, what is counted, what is thrown. The engine lives to the end.
#include <polyhost/engine.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using polyhost::python_error;

namespace {

double area(double width, double height) {
  if (width < 0) throw std::invalid_argument("a width is not negative");
  return width * height;
}

double apply(const polyhost::callback<double(double)>& f, double x) { return f(x); }

using Handler = void (*)(int);

Handler handler_of(int signal) {
  struct sigaction found {};
  return ::sigaction(signal, nullptr, &found) == 0 ? found.sa_handler : SIG_ERR;
}

polyhost::engine& engine() {
  static polyhost::engine instance({.arguments = {"embedder", "argument"}, .search_paths = {"/nowhere"}});
  return instance;
}

// What the exception says, if `action` throws one of Python's.
template <class Action>
std::string thrown(Action action) {
  try {
    action();
  } catch (const python_error& error) {
    return error.what();
  }
  return "nothing";
}

const polyhost::record::Function* find(const polyhost::record::Snapshot& snapshot, const std::string& name) {
  for (const auto& function : snapshot.functions)
    if (function.name == name) return &function;
  return nullptr;
}

// A script in a directory of its own.
struct Script {
  explicit Script(const char* text) {
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    path = directory + "/script.py";
    std::ofstream(path) << text;
  }
  ~Script() {
    std::remove(path.c_str());
    ::rmdir(directory.c_str());
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  std::string directory = "/tmp/polyhost_embed_XXXXXX";
  std::string path;
};

}  // namespace

POLYHOST_EMBEDDED_MODULE(shapes, m) {
  m.def<area>("area(width, height=1.0)");
  m.def<apply>("apply(f, x)");
}

TEST_CASE("signals stay the program's own") {
  const Handler interrupt = handler_of(SIGINT);  // doctest's
  engine().run_string("import signal");
  CHECK((handler_of(SIGINT) == interrupt));
  CHECK((handler_of(SIGPIPE) == SIG_DFL));
}

TEST_CASE("statements run in __main__, and find the program's modules") {
  CHECK(engine().run_string(
            "import sys, shapes\nx = shapes.area(2.0, height=3.0)\ndef half(y): return y / 2") == 0);
  CHECK(engine().run_string("assert x == 6.0 and sys.argv == ['embedder', 'argument']") == 0);
  CHECK(engine().run_string("assert sys.path[0] == '/nowhere', sys.path") == 0);
  CHECK(engine().call<double>("__main__", "half", 5.0) == 2.5);
}

TEST_CASE("a function is called with what is converted, and gives what is asked for") {
  CHECK(engine().call<double>("math", "hypot", 3.0, 4) == 5.0);
  CHECK(engine().call<std::string>("builtins", "str.upper", "embedded") == "EMBEDDED");
  CHECK(engine().call<std::vector<int>>("builtins", "sorted", std::vector<int>{3, 1, 2}) ==
        std::vector<int>{1, 2, 3});
  engine().call<void>("gc", "collect");
  CHECK(PyLong_Check(engine().call("builtins", "int", "12").get()));
  const auto root = engine().function<double(double)>("math", "sqrt");
  CHECK(root(16.0) == 4.0);
  CHECK(root(25.0) == 5.0);
}

TEST_CASE("calls in both directions are in the ledger") {
  engine().reset();
  const auto root = engine().function<double(double)>("math", "sqrt");
  for (int i = 0; i < 100; ++i) root(i);
  engine().run_string("import shapes\nfor i in range(50): shapes.area(1.0)\nshapes.apply(float, 1.0)");
  const polyhost::record::Snapshot snapshot = engine().snapshot();
  CHECK(snapshot.script == "embedder");
  CHECK(snapshot.timing == "exact");
  CHECK(snapshot.wall_ns > 0);
  REQUIRE(find(snapshot, "math.sqrt") != nullptr);
  CHECK(find(snapshot, "math.sqrt")->calls == 100);
  CHECK(find(snapshot, "math.sqrt")->direction == polyhost::record::Direction::outbound);
  CHECK(find(snapshot, "math.sqrt")->native_ns >= find(snapshot, "math.sqrt")->python_ns);
  REQUIRE(find(snapshot, "shapes.area") != nullptr);
  CHECK(find(snapshot, "shapes.area")->calls == 50);
  CHECK(find(snapshot, "shapes.area")->direction == polyhost::record::Direction::inbound);
  CHECK(find(snapshot, "shapes.apply(f)")->calls == 1);
  CHECK(engine().report().find("shapes.area") != std::string::npos);
  CHECK(engine().report("json").front() == '{');
  CHECK_THROWS_AS(engine().report("pdf"), std::invalid_argument);
  CHECK(engine().run_string(
            "import polyhost; assert polyhost.boundary.snapshot()['shapes.area'].calls == 50") == 0);
  engine().reset();
  CHECK(engine().snapshot().functions.empty());
}

TEST_CASE("a Python exception is thrown, and nothing stays set") {
  CHECK(thrown([] { engine().run_string("1 / 0"); }) == "ZeroDivisionError: division by zero");
  CHECK(thrown([] { engine().run_string("if"); }) == "SyntaxError: invalid syntax (<string>, line 1)");
  CHECK(thrown([] { engine().run_string("if", "the rules"); }) ==
        "SyntaxError: invalid syntax (the rules, line 1)");
  CHECK(thrown([] { engine().run_string(std::string("1\0 2", 4)); }).starts_with("SyntaxError: "));
  CHECK(thrown([] { engine().run_string("'\xff'"); }).starts_with("SyntaxError: "));
  CHECK(thrown([] { engine().run_string("import shapes; shapes.area(-1.0)"); }) ==
        "ValueError: a width is not negative");
  CHECK(thrown([] { engine().call("math", "sqrt", "x"); }) == "TypeError: must be real number, not str");
  CHECK(thrown([] { engine().call("no_such_module", "f"); }).starts_with("ModuleNotFoundError: "));
  CHECK(thrown([] { engine().call("math\0x", "f"); }).starts_with("AttributeError: "));
  CHECK(thrown([] { engine().call("m\xff", "f"); }).starts_with("UnicodeDecodeError: "));
  CHECK(thrown([] { engine().call("math", "no_such_function"); }).starts_with("AttributeError: "));
  CHECK(thrown([] { engine().call("math", "pi"); }) ==
        "TypeError: math.pi cannot be called: it is of type float");
  CHECK(PyErr_Occurred() == nullptr);
}

TEST_CASE("a result of another type is a TypeError that names the function") {
  CHECK(thrown([] { engine().call<double>("builtins", "str", 1); }) ==
        "TypeError: builtins.str(): the result must be float, not str");
}

TEST_CASE("print shows what python3 shows") {
  engine().run_string("import io, sys\nkept, sys.stderr = sys.stderr, io.StringIO()");
  try {
    engine().run_string("def f(): raise KeyError('k')\nf()");
    FAIL("nothing was thrown");
  } catch (const python_error& error) {
    engine().print(error);
  }
  engine().run_string("sys.stderr, text = kept, sys.stderr.getvalue()");
  const auto text = engine().call<std::string>("__main__", "text.replace", "\n", "|");
  CHECK(text ==
        "Traceback (most recent call last):|  File \"<string>\", line 2, in <module>|"
        "  File \"<string>\", line 1, in f|KeyError: 'k'|");
}

TEST_CASE("sys.exit ends the script, not the program") {
  CHECK(engine().run_string("import sys; sys.exit()") == 0);
  CHECK(engine().run_string("sys.exit(3)") == 3);
  CHECK(engine().run_string("sys.exit(-1)") == 255);
  CHECK(engine().run_string("sys.exit(1 << 70)") == 255);
  CHECK(engine().run_string("raise SystemExit(True)") == 1);
  engine().run_string("import io\nkept, sys.stderr = sys.stderr, io.StringIO()");
  CHECK(engine().run_string("sys.exit('no such rule')") == 1);
  CHECK(engine().run_string("text = sys.stderr.getvalue(); sys.stderr = None; sys.exit('unseen')") == 1);
  CHECK(engine().run_string("sys.stderr = kept; assert text == 'no such rule\\n', text") == 0);
  CHECK(thrown([] { engine().call("sys", "exit", 4); }) == "SystemExit: 4");
}

TEST_CASE("a file runs as python3 runs it") {
  const Script script(
      "# coding: latin-1\n"
      "import sys, os\n"
      "assert __name__ == '__main__'\n"
      "result = (sys.argv[1:], sys.argv[0] == __file__, sys.path[0] == "
      "os.path.realpath(os.path.dirname(__file__)))\n"
      "sys.exit(len(sys.argv))\n");
  CHECK(engine().run_file(script.path, {"a", "\xc3\xa4"}) == 3);
  CHECK(engine().run_string("assert result == (['a', '\\u00e4'], True, True), result") == 0);
  engine().run_file(script.path);
  CHECK(engine().run_string("assert sys.path.count(sys.path[0]) == 1") == 0);
}

TEST_CASE("a file that cannot be run is an exception") {
  const Script script("x = (\n");
  CHECK(thrown([&] {
          engine().run_file(script.path);
        }).starts_with("SyntaxError: '(' was never closed (script.py"));
  CHECK(thrown([&] { engine().run_file(script.path + "no"); }).starts_with("FileNotFoundError: [Errno 2] "));
  CHECK(thrown([&] { engine().run_file(script.directory); }).starts_with("IsADirectoryError: "));
  CHECK(thrown([&] {
          engine().run_file(script.path + std::string("\0x", 2));
        }).starts_with("FileNotFoundError: "));
}

TEST_CASE("other threads run Python while this one gives the GIL up") {
  engine().reset();
  std::atomic<int> failures = 0;
  {
    const polyhost::without_gil released;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&failures] {
        const auto root = engine().function<double(double)>("math", "sqrt");
        for (int i = 0; i < 250; ++i) failures += root(9.0) == 3.0 ? 0 : 1;
        failures += engine().run_string("import math; math.sqrt(4)");
        const polyhost::with_gil gil;
        const polyhost::object made = polyhost::object::steal(PyLong_FromLong(1000));
        failures += made ? 0 : 1;
      });
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(failures == 0);
  const polyhost::record::Snapshot snapshot = engine().snapshot();
  REQUIRE(find(snapshot, "math.sqrt") != nullptr);
  CHECK(find(snapshot, "math.sqrt")->calls == 1000);
}

TEST_CASE("a process has one engine, and its modules before that") {
  engine();
  CHECK_THROWS_AS(polyhost::engine(), std::logic_error);
  CHECK_THROWS_AS(polyhost::detail::embed_module("late", nullptr), std::logic_error);
}
