// The table: whole reports against golden files, and the few rules a golden file does not make plain.
#include "report/table.h"

#include "report/wall.h"

#include "golden.h"
#include "snapshots.h"

#include <limits>

using polyhost::record::Direction;
using polyhost::record::Function;
using polyhost::record::Snapshot;
using polyhost::report::table;
using polyhost::test::check_golden;

using polyhost::test::has;
using polyhost::test::huge;
using polyhost::test::inbound;
using polyhost::test::run;

namespace {

std::vector<Function> mixed() {
  Function integrate = inbound("nbody.integrate", 1, 912'345'678, 912'300'000);
  integrate.self_ns = 400'000'000;
  Function force = inbound("nbody.integrate(force)", 1'200'000, 512'000'000, 380'000'000);
  force.direction = Direction::outbound;
  std::swap(force.python_ns, force.native_ns);
  force.self_ns = force.python_ns;
  force.errors = 1;
  Function split = inbound("wordcount.split", 8'214, 1'234'000'000, 1'200'000'000);
  split.lost = 12;
  split.split -= 12;
  split.timed -= 12;
  split.errors = 3;
  return {inbound("kernels.fib", 1, 331'160'281, 331'160'000), integrate, force, split,
          inbound("kernels.dot", 250'000, 45'000'000, 33'500'000)};
}

}  // namespace

TEST_CASE("a run without a call is one sentence") {
  check_golden("empty.txt", table(run("scripts/examples/fib.py", {})));
  check_golden("never_called.txt", table(run("", {{.name = "kernels.fib"}})));
}

TEST_CASE("one inbound function") {
  check_golden("one.txt", table(run("fib.py", {inbound("kernels.fib", 100'000, 8'400'000, 7'100'000)})));
}

TEST_CASE("both directions, with errors, lost calls and nested crossings, dearest first") {
  Snapshot snapshot = run("scripts/examples/nbody.py", mixed());
  snapshot.lost = 12;
  check_golden("mixed.txt", table(snapshot));
}

TEST_CASE("rows of equal cost stand in the order of their names") {
  const std::string text = table(run("a.py", {inbound("m.b", 1, 20, 10), inbound("m.a", 1, 30, 20)}));
  CHECK(text.find("m.a") < text.find("m.b"));
}

TEST_CASE("the greatest numbers") {
  Snapshot snapshot = run("huge.py", {{.name = "kernels.endless",
                                       .calls = huge,
                                       .errors = huge,
                                       .python_ns = huge,
                                       .crossing_ns = huge,
                                       .p50_ns = huge,
                                       .p99_ns = huge,
                                       .timed = huge,
                                       .split = huge,
                                       .standard_error_ns = huge}});
  snapshot.wall_ns = snapshot.lost = huge;
  snapshot.cost.per_call_ns = std::numeric_limits<double>::max();
  snapshot.clock.resolution_ns = std::numeric_limits<double>::quiet_NaN();
  check_golden("huge.txt", table(snapshot));
}

TEST_CASE("a time that cannot be is unknown") {
  Snapshot snapshot = run("a.py", {inbound("m.f", 1, 20, 10)});
  for (const double cost : {-1.0, std::numeric_limits<double>::infinity()}) {
    snapshot.cost.per_call_ns = cost;
    CHECK(has(table(snapshot), "else unknown per call"));
  }
}

TEST_CASE("a function of which no call was timed has no times") {
  Snapshot snapshot = run("lost.py", {{.name = "kernels.gone", .calls = 1, .errors = 1, .lost = 1}});
  snapshot.lost = 1;
  check_golden("untimed.txt", table(snapshot));
}

TEST_CASE("a run with timing off says so") {
  Snapshot snapshot = run("off.py", {});
  snapshot.timing = "off";
  CHECK(table(snapshot) ==
        "polyhost report: off.py made no crossing in 1.23 s, or none that was counted: timing is off.\n");
}

TEST_CASE("a row says how its split was obtained, and how sure a sum is that was sampled") {
  Function exact = inbound("kernels.add", 160'000, 8'000'000, 1'000'000);
  exact.split = 10'010;
  Function sampled = inbound("kernels.scale", 6'400'000, 320'000'000, 40'000'000);
  sampled.split = sampled.timed = 100'000;
  sampled.standard_error_ns = 3'200'000;
  Function outbound = sampled;
  outbound.name = "kernels.map(f)";
  outbound.direction = Direction::outbound;
  std::swap(outbound.python_ns, outbound.native_ns);
  Snapshot snapshot = run("split.py", {exact, sampled, outbound});
  snapshot.timing = "sampled";
  check_golden("split.txt", table(snapshot));
}

TEST_CASE("times scale at three significant digits") {
  check_golden("scales.txt",
               table(run("tiny.py",
                         {inbound("t.zero", 3, 0, 0), inbound("t.one", 1'000, 1, 0),
                          inbound("t.less", 10'000'000, 1, 0), inbound("t.part", 3, 1'000'000, 999'999),
                          inbound("t.999", 1, 999, 1), inbound("t.1000", 1, 1'000, 1),
                          inbound("t.9.99", 1, 9'994, 1), inbound("t.10.0", 1, 9'996, 1),
                          inbound("t.1.00", 1, 999'600, 1), inbound("t.hours", 1, 12'345'678'900'000, 1)})));
}

TEST_CASE("a name too long for its column has a line of its own") {
  check_golden("long_names.txt",
               table(run("long.py", {inbound("kernels.fib", 10, 8'000, 7'000),
                                     inbound("accelerators." + std::string(120, 'x'), 10, 9'000, 7'000),
                                     inbound("transport.send_all(on_progress)", 10, 7'500, 7'000)})));
}

TEST_CASE("letters outside ASCII align by code point") {
  check_golden("letters.txt", table(run("größe.py", {inbound("maße.größe", 10, 8'000, 7'000),
                                                     inbound("kernels.fib", 10, 9'000, 7'000),
                                                     inbound("m.\U0001D6C2\u03B2", 10, 7'500, 7'000)})));
}

TEST_CASE("nothing in a name or a script reaches the terminal as a command") {
  using std::string_literals::operator""s;
  Snapshot snapshot = run("evil\r\n\x1b[2J.py", {inbound("m.nul\0tab\t\x7f"s, 10, 8'000, 7'000),
                                                 inbound("m.csi\u009b31m", 10, 7'900, 7'000),
                                                 inbound("m.turn\u202e", 10, 7'800, 7'000)});
  snapshot.clock.source = "t\bsc";
  check_golden("controls.txt", table(snapshot));
}

TEST_CASE("bytes that are not UTF-8 are shown as bytes") {
  check_golden("invalid_utf8.txt", table(run("\xff.py", {inbound("m.cut\xe2\x82", 10, 8'000, 7'000),
                                                         inbound("m.long\xc0\xaf", 10, 7'900, 7'000),
                                                         inbound("m.long\xe0\x80\xaf", 10, 7'850, 7'000),
                                                         inbound("m.half\xed\xa0\x80", 10, 7'800, 7'000),
                                                         inbound("m.far\xf4\x90\x80\x80", 10, 7'700, 7'000),
                                                         inbound("m.alone\x80z", 10, 7'600, 7'000)})));
}

TEST_CASE("nested crossings are explained only where there are some") {
  Function f = inbound("m.f", 1, 20, 10);
  CHECK_FALSE(has(table(run("a.py", {f})), "nested"));
  f.self_ns = 4;
  CHECK(has(table(run("a.py", {f})), "nested crossings count in every row"));
  f = {.name = "m.f(key)", .direction = Direction::outbound, .calls = 1, .python_ns = 10, .native_ns = 20};
  f.self_ns = 10;
  CHECK_FALSE(has(table(run("a.py", {f})), "nested"));
}

TEST_CASE("a terminal gets what fits its width, and is told what does not") {
  Snapshot snapshot = run("scripts/examples/nbody.py", mixed());
  check_golden("narrow.txt", table(snapshot, {.terminal_width = 80}));
  for (const std::size_t width : {1U, 40U, 60U, 100U, 200U}) {
    const std::string text = table(snapshot, {.terminal_width = width});
    CHECK(has(text, "left out: ") == (width < 128));
    for (const std::string_view always : {"function", "calls", "crossing", "kernels.dot", "132ms"})
      CHECK(has(text, always));
  }
}

TEST_CASE("colours are for those who ask: the dearest shares, and nothing that a name could forge") {
  Snapshot snapshot = run("a.py", {inbound("m.dear", 10, 100, 10), inbound("m.costly", 10, 100, 75),
                                   inbound("m.cheap\x1b[31m", 10, 100, 99)});
  CHECK_FALSE(has(table(snapshot), "\x1b"));
  const std::string text = table(snapshot, {.coloured = true});
  CHECK(has(text, "\x1b[1;31m90.0%\x1b[0m"));
  CHECK(has(text, "\x1b[33m25.0%\x1b[0m"));
  CHECK(has(text, " 1.00%"));
  CHECK(has(text, "m.cheap\\x1b[31m"));
}

TEST_CASE("rows stand in the order that is asked for") {
  Snapshot snapshot =
      run("a.py", {inbound("m.a", 3, 300, 200), inbound("m.b", 9, 90, 80), inbound("m.c", 1, 50, 1)});
  snapshot.functions[1].errors = 2;
  const auto order = [&](const char* by) {
    std::string names;
    for (const Function& f : polyhost::report::sorted(snapshot.functions, by)) names += f.name.back();
    return names;
  };
  CHECK(order("crossing") == "acb");
  CHECK(order("calls") == "bac");
  CHECK(order("errors") == "bac");
  CHECK(order("python") == "abc");
  CHECK(order("native") == "abc");
  CHECK(order("per-call") == "cab");
  CHECK(order("share") == "cab");
  CHECK(order("p99") == "acb");
  CHECK(order("name") == "abc");
  CHECK(table(snapshot, {.order = "calls"}).find("m.b") < table(snapshot, {.order = "calls"}).find("m.a"));
  CHECK(polyhost::report::is_order("self"));
  CHECK_FALSE(polyhost::report::is_order("cost"));
  CHECK(has(polyhost::report::orders(), "per-call"));
}

TEST_CASE("the wall time is split into three parts that add up") {
  Function outer = inbound("m.each", 1, 1'000, 900);
  outer.self_ns = 300;
  Function callback = inbound("m.each(f)", 10, 600, 500);
  callback.direction = Direction::outbound;
  std::swap(callback.python_ns, callback.native_ns);
  callback.self_ns = 500;
  Snapshot snapshot = run("a.py", {outer, callback});
  snapshot.wall_ns = 10'000;
  const polyhost::report::Wall wall = polyhost::report::split_wall(snapshot);
  CHECK(wall.native_ns == 300);
  CHECK(wall.crossing_ns == 200);
  CHECK(wall.python_ns == 9'500);
  CHECK(has(table(snapshot), "\nPython 9.50 us (95.0%), native 300 ns (3.00%), crossing 200 ns (2.00%)\n"));
  snapshot.lost = snapshot.functions[0].lost = 1;
  CHECK(has(table(snapshot), "\nPython and what was not timed 9.50 us"));
}

TEST_CASE("what is not known of the wall time is called unknown") {
  Snapshot snapshot = run("a.py", {inbound("m.f", 1, 1'000, 900)});
  snapshot.threads = true;
  CHECK(
      has(table(snapshot), "\nnative 900 ns, crossing 100 ns, over all threads; Python's part is unknown\n"));
  snapshot.threads = false;
  snapshot.wall_ns = 999;  // as after a reset within a call
  CHECK_FALSE(polyhost::report::split_wall(snapshot).python_known);
  CHECK(has(table(snapshot), "\nnative 900 ns, crossing 100 ns; Python's part is unknown\n"));
  snapshot.functions[0].crossing_ns = huge;
  CHECK_FALSE(polyhost::report::split_wall(snapshot).python_known);
}

TEST_CASE("regions stand after the whole run") {
  Snapshot snapshot = run("regions.py", mixed());
  Function lost = inbound("kernels.dot", 20, 4'000'000, 3'000'000);
  lost.lost = 1;
  lost.split = lost.timed = 19;
  snapshot.regions = {{"parse", 3, 10'000'000, {lost, inbound("kernels.fib", 1, 900, 800)}},
                      {"evil\x1b[2J", 1, 5, {}}};
  check_golden("regions.txt", table(snapshot));
  CHECK(has(table(snapshot, {.order = "name", .terminal_width = 60}), "region parse: entered 3 times"));
}
