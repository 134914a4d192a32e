// Advice: what each rule says, by the numbers of its snapshot, and when it says nothing.
#include "report/advice.h"

#include "advised.h"

#include <limits>

using polyhost::record::CallSite;
using polyhost::record::Cost;
using polyhost::test::has;
using polyhost::test::inbound;
using polyhost::test::advice::add;
using polyhost::test::advice::Advice;
using polyhost::test::advice::converting;
using polyhost::test::advice::Direction;
using polyhost::test::advice::fit;
using polyhost::test::advice::Function;
using polyhost::test::advice::mapping;
using polyhost::test::advice::only;
using polyhost::test::advice::Rule;
using polyhost::test::advice::rules;
using polyhost::test::advice::run;
using polyhost::test::advice::Snapshot;
using polyhost::test::advice::threads;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("chatty: what the batch form would have cost, and from how many items on it pays") {
  Snapshot snapshot = run({add()});
  const Advice advice = only(snapshot);
  CHECK(advice.rule == Rule::chatty);
  CHECK(advice.text ==
        "kernels.add was called 100,000 times: 50 ns of crossing for 20 ns of work. kernels.add.batch(...) "
        "on a list would have cost about 2.60 ms instead of 7.00 ms (it pays from 12 items).");
  CHECK(advice.saves_ns == 4'399'500);  // (30 + 20 + 20) * 100,000 - (500 + (20 + 6) * 100,000)
  snapshot.cost.batch_call_ns = 440;    // ten times what an item saves
  CHECK(has(only(snapshot).text, "(it pays from 10 items)"));
  snapshot.cost.batch_call_ns = 1;
  CHECK(has(only(snapshot).text, "(it pays from 2 items)"));
}

TEST_CASE("chatty: a function without a batch form, or of unknown cost of it") {
  Function f = add();
  f.has_batch = false;
  const std::string said =
      "kernels.add was called 100,000 times: 50 ns of crossing for 20 ns of work. "
      "A function that does the work of many calls in one would save most of 5.00 ms.";
  CHECK(only(run({f})).text == said);
  CHECK(only(run({f})).saves_ns == 5'000'000);
  Snapshot snapshot = run({add()});
  snapshot.cost.batch_item_ns = Cost::unknown;
  CHECK(only(snapshot).text == said);
}

TEST_CASE("chatty: the line that calls, where it is known") {
  const auto said = [](std::vector<CallSite> sites) {
    Function f = add();
    f.sites = std::move(sites);
    const std::string text = only(run({f})).text;
    return text.substr(0, text.find(": 50 ns"));
  };
  const CallSite line{"a.py", 3, "main", 75'000};
  const CallSite other{"b.py", 4, "<module>", 25'000};
  CHECK(said({line}) == "kernels.add was called 100,000 times from a.py:3");
  CHECK(said({line, other}) == "kernels.add was called 100,000 times, 75.0% of them from a.py:3");
  CHECK(said({{"", 0, "", 75'000}, other}) == "kernels.add was called 100,000 times");
}

TEST_CASE("chatty: says nothing") {
  CHECK(rules(add(20, 1000)) == "chatty");
  CHECK(rules(add(20, 999)) == "");
  CHECK(rules(add(29)) == "chatty");
  CHECK(rules(add(30)) == "");
  Function outbound = add();
  outbound.direction = Direction::outbound;
  CHECK(rules(outbound) == "");
  Snapshot snapshot = run({add()});
  snapshot.cost.batch_item_ns = 50;  // an item costs what a call does
  CHECK(rules(snapshot) == "");
  snapshot.cost.batch_item_ns = 6;
  snapshot.cost.batch_call_ns = 5e6;  // more than it would save
  CHECK(rules(snapshot) == "");
  snapshot.cost.batch_call_ns = Cost::unknown;
  CHECK(rules(snapshot) == "");
  for (const double unknown : {Cost::unknown, infinite}) {
    snapshot.cost = {.call_site_ns = unknown, .batch_call_ns = 500, .batch_item_ns = 6};
    CHECK(rules(snapshot) == "");
  }
}

TEST_CASE("python_is_as_fast: of how many operations of Python the call takes the time") {
  Snapshot snapshot = run({add(5)});
  snapshot.cost.batch_item_ns = 50;  // not chatty
  const Advice advice = only(snapshot);
  CHECK(advice.rule == Rule::python_is_as_fast);
  CHECK(advice.text ==
        "A call of kernels.add takes 55 ns, and 5 ns of it is work: an addition in Python takes 8 ns. "
        "Where its body stands for fewer than 6 such operations, the loop is faster in Python.");
  CHECK(advice.saves_ns == 4'700'000);  // (30 + 5 + 20 - 8) * 100,000
  snapshot.functions = {add(0)};
  snapshot.cost.python_operation_ns = 0;  // nothing takes no time at all
  CHECK(has(only(snapshot).text, "fewer than 50 such operations"));
}

TEST_CASE("python_is_as_fast: says nothing") {
  const auto said = [](const Function& f, double operation, double call_site = 20) {
    Snapshot snapshot = run({f});
    snapshot.cost = {.call_site_ns = call_site, .python_operation_ns = operation, .batch_item_ns = 50};
    return rules(snapshot);
  };
  CHECK(said(add(8), 8) == "python_is_as_fast");
  CHECK(said(add(9), 8) == "");
  CHECK(said(add(5), 36) == "python_is_as_fast");
  CHECK(said(add(5), 37) == "");  // the call takes 55, not half as much again
  CHECK(said(add(5, 1000), 8) == "python_is_as_fast");
  CHECK(said(add(5, 999), 8) == "");
  CHECK(said(add(5), Cost::unknown) == "");
  CHECK(said(add(5), infinite) == "");
  CHECK(said(add(5), 8, Cost::unknown) == "");
  Function outbound = add(5);
  outbound.direction = Direction::outbound;
  CHECK(said(outbound, 8) == "");
}

TEST_CASE("copied_container") {
  Function f = converting("(items: list[float]) -> float", 80'000, 0);
  f.sites = {{"a.py", 3, "main", 10}};
  const Advice advice = only(run({f}));
  CHECK(advice.rule == Rule::copied_container);
  CHECK(advice.text ==
        "kernels.read copies the numbers of its list[float] on every call: 80.0 us of 100 us, 800 us in all "
        "from a.py:3. A buffer (std::span in C++; array.array or numpy in Python) is read in place.");
  CHECK(advice.saves_ns == 800'000);
  for (const char* one : {"(items: list[int])", "(items: list[bool] | None = None) -> str"})
    CHECK(rules(converting(one, 80'000, 0)) == "copied_container");

  CHECK(rules(converting("(items: list[float]) -> float", 30'000, 0)) == "copied_container");
  CHECK(rules(converting("(items: list[float]) -> float", 29'900, 0)) == "");
  for (const char* none : {"(items: Buffer[float64]) -> float", "(items: set[int]) -> int",
                           "(n: int) -> list[float]", "(items: list[object]) -> int", ""})
    CHECK(rules(converting(none, 80'000, 0)) == "");
  Function quick = inbound("kernels.read", 10, 15'000, 5'010);
  quick.signature = "(items: list[float]) -> float";
  quick.convert_in_ns = 9'990;
  CHECK(rules(quick) == "");
  quick.convert_in_ns = 10'000;
  CHECK(rules(quick) == "copied_container");
}

TEST_CASE("text_conversion") {
  const Advice in = only(run({converting("(text: str) -> int", 50'000, 30'000)}));
  CHECK(in.rule == Rule::text_conversion);
  CHECK(in.text ==
        "kernels.read spends 50.0 us of 100 us on converting its str to UTF-8, 500 us in all. "
        "Bytes (std::span<const std::byte> in C++) cross as they are.");
  CHECK(in.saves_ns == 500'000);
  CHECK(has(only(run({converting("(n: int) -> str", 30'000, 50'000)})).text,
            "spends 50.0 us of 100 us on converting its result from UTF-8, 500 us in all"));
  CHECK(has(only(run({converting("(text: str) -> str", 20'000, 50'000)})).text,
            "spends 70.0 us of 100 us on converting its str to UTF-8 and back, 700 us in all"));

  CHECK(rules(converting("(text: str) -> int", 30'000, 50'000)) == "text_conversion");
  CHECK(rules(converting("(text: str) -> int", 29'900, 50'000)) == "");
  CHECK(rules(converting("(n: int) -> str", 50'000, 29'900)) == "");
  CHECK(rules(converting("(data: bytes) -> bytes", 40'000, 40'000)) == "");
  CHECK(rules(converting("", 40'000, 40'000)) == "");
  Function quick = inbound("kernels.read", 10, 15'000, 5'010);
  quick.signature = "(text: str) -> int";
  quick.convert_in_ns = 9'990;
  CHECK(rules(quick) == "");
}

TEST_CASE("text_conversion: by the types of the parameters, not by their names") {
  CHECK(rules(converting("(strides: list[int]) -> int", 80'000, 0)) == "copied_container");
  CHECK(rules(converting("(stream: bytes, *, str: int = 3) -> int", 80'000, 0)) == "");
}

TEST_CASE("holds_gil: where other threads ran Python") {
  const Advice advice = only(threads(fit()));
  CHECK(advice.rule == Rule::holds_gil);
  CHECK(advice.text ==
        "kernels.fit held the GIL for 2.00 ms a call, 20.0 ms in all, while other threads ran Python: "
        "with polyhost::release_gil they go on meanwhile.");
  CHECK(advice.saves_ns == 20'000'000);
  Snapshot snapshot = threads(fit());
  snapshot.functions.push_back({.name = "kernels.waits", .calls = 2, .gil_wait_ns = 3'000'000, .timed = 2});
  CHECK(has(only(snapshot).text, "ran Python (native functions waited 3.00 ms for it): with"));

  CHECK(rules(run({fit()})) == "");
  Function f = fit();
  f.releases_gil = true;
  CHECK(rules(threads(f)) == "");
  f = fit();
  f.signature = "";  // whether it releases the GIL is not known
  CHECK(rules(threads(f)) == "");
  f = fit();
  f.direction = Direction::outbound;
  CHECK(rules(threads(f)) == "");
  f = fit();
  f.self_ns = 10'000'000;
  CHECK(rules(threads(f)) == "holds_gil");
  f.self_ns = 9'999'990;  // the rest is in Python, which it calls
  CHECK(rules(threads(f)) == "");
}

TEST_CASE("callback_per_item") {
  Snapshot snapshot = run(mapping(5000, 10));
  snapshot.functions[1].sites = {{"a.py", 3, "main", 10}};
  const Advice advice = only(snapshot);
  CHECK(advice.rule == Rule::callback_per_item);
  CHECK(
      advice.text ==
      "kernels.map called Python back 5,000 times, 500 times a call of it from a.py:3: 40 ns of crossing for "
      "60 ns of Python each. A callback that takes many items at once crosses less often.");
  CHECK(advice.saves_ns == 200'000);

  CHECK(rules(run(mapping(1000, 10))) == "callback_per_item");
  CHECK(rules(run(mapping(999, 1))) == "");
  CHECK(rules(run(mapping(1000, 11))) == "");  // 91 times a call
  snapshot = run(mapping(5000, 10));
  snapshot.functions[0].crossing_ns = 100'000;  // a fifth of its time
  CHECK(rules(snapshot) == "callback_per_item");
  snapshot.functions[0].crossing_ns = 99'000;
  CHECK(rules(snapshot) == "");
  snapshot = run(mapping(5000, 10));
  snapshot.functions[1].name = "kernels.mapping";  // nobody knows who gave it
  CHECK(rules(snapshot) == "");
  snapshot.functions.pop_back();
  CHECK(rules(snapshot) == "");
  snapshot = run(mapping(5000, 1));
  snapshot.functions[1].calls = 0;  // before a reset
  CHECK(rules(snapshot) == "");
}
