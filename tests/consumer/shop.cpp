// The program: functions for its scripts, a file, a string, a function, an exception, an exit, and the
// ledger.
#include <polyhost/engine.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

double round_cents(double amount) { return std::round(amount * 100) / 100; }

void check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "wrong: " << what << "\n";
  std::exit(1);
}

}  // namespace

POLYHOST_EMBEDDED_MODULE(shop, m) { m.def<round_cents>("round_cents(amount)", "To two decimals."); }

int main(int argc, char** argv) {
  check(argc == 2, "usage: shop RULES.py");
  polyhost::engine engine({.arguments = {argv, argv + argc}});

  check(engine.run_file(argv[1], {"spring"}) == 0, "a file runs");
  check(engine.run_string("price = shop.round_cents(9.999)\nassert price == 10.0") == 0, "a string runs");

  const auto discount = engine.function<double(double, int)>("__main__", "discount");
  check(discount(10.0, 3) == 10.0 && discount(33.333, 10) == 30.0, "a function is called");
  check(engine.call<std::string>("textwrap", "dedent", "  one") == "one", "so is a library's");

  try {
    engine.call("__main__", "refuse", "Ada");
    check(false, "an exception is thrown");
  } catch (const polyhost::python_error& error) {
    check(error.matches(PyExc_LookupError), "it is Python's");
    check(std::string(error.what()) == "LookupError: Ada is unknown", "it says what it is");
  }
  check(engine.run_string("sys.exit(3)") == 3, "an exit is a status");

  for (const polyhost::record::Function& f : engine.snapshot().functions) {
    if (f.name == "shop.round_cents") check(f.calls == 3, "native functions are counted");
    if (f.name == "__main__.discount") check(f.calls == 2 && f.crossing_ns > 0, "Python's are, too");
  }
  check(engine.snapshot().functions.size() == 4, "so are all others");
  std::cout << engine.report();
}
