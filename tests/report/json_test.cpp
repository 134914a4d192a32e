// The JSON report: whole reports against golden files; every one must parse again.
#include "report/json.h"

#include "golden.h"
#include "snapshots.h"

#include <nlohmann/json.hpp>

#include <limits>

using polyhost::record::Direction;
using polyhost::record::Function;
using polyhost::record::Snapshot;

using polyhost::test::huge;
using polyhost::test::run;

namespace {

// Every field has a value of its own, so that no two can be exchanged unseen.
Function distinct(std::string name, Direction direction) {
  return {.name = std::move(name),
          .direction = direction,
          .calls = 1000,
          .errors = 3,
          .lost = 2,
          .python_ns = 90'000,
          .native_ns = 60'000,
          .crossing_ns = 30'000,
          .convert_in_ns = 15'000,
          .convert_out_ns = 10'000,
          .gil_wait_ns = 5'000,
          .self_ns = 55'000,
          .min_ns = 70,
          .max_ns = 400,
          .p50_ns = 88,
          .p99_ns = 250,
          .timed = 997,
          .split = 64,
          .standard_error_ns = 41};
}

Function greatest() {
  return {.name = "kernels.endless",
          .calls = huge,
          .errors = huge,
          .lost = huge,
          .python_ns = huge,
          .native_ns = huge,
          .crossing_ns = huge,
          .convert_in_ns = huge,
          .convert_out_ns = huge,
          .gil_wait_ns = huge,
          .self_ns = huge,
          .min_ns = huge,
          .max_ns = huge,
          .p50_ns = huge,
          .p99_ns = huge,
          .timed = huge,
          .split = huge,
          .standard_error_ns = huge};
}

void check(const std::string& golden, const Snapshot& snapshot) {
  const std::string text = polyhost::report::json(snapshot);
  CHECK(nlohmann::json::accept(text));
  polyhost::test::check_golden(golden, text);
}

}  // namespace

TEST_CASE("JSON of an empty snapshot") { check("empty.json", {}); }

TEST_CASE("JSON of one inbound function") {
  check("one.json", run("fib.py", {distinct("kernels.fib", Direction::inbound)}));
}

TEST_CASE("JSON of both directions keeps the order of the snapshot") {
  Snapshot snapshot = run("nbody.py", {distinct("nbody.integrate(force)", Direction::outbound),
                                       distinct("nbody.integrate", Direction::inbound)});
  snapshot.functions[0].crossing_ns = 1;
  std::swap(snapshot.functions[0].python_ns, snapshot.functions[0].native_ns);
  snapshot.lost = 4;
  check("mixed.json", snapshot);
}

TEST_CASE("JSON of the greatest numbers") {
  Snapshot snapshot = run("huge.py", {greatest()});
  snapshot.wall_ns = snapshot.lost = huge;
  snapshot.cost.per_call_ns = std::numeric_limits<double>::max();
  snapshot.clock.ns_per_tick = std::numeric_limits<double>::denorm_min();
  check("huge.json", snapshot);
}

TEST_CASE("JSON of numbers that are not finite is 0") {
  Snapshot snapshot = run("nan.py", {});
  snapshot.cost.per_call_ns = std::numeric_limits<double>::quiet_NaN();
  snapshot.clock.ns_per_tick = std::numeric_limits<double>::infinity();
  snapshot.clock.resolution_ns = -std::numeric_limits<double>::infinity();
  check("not_finite.json", snapshot);
}

TEST_CASE("JSON of a function of which no call was timed") {
  Snapshot snapshot = run("lost.py", {{.name = "kernels.gone", .calls = 7, .lost = 7}});
  snapshot.lost = 7;
  check("untimed.json", snapshot);
}

TEST_CASE("JSON of tiny times") {
  Snapshot snapshot = run("tiny.py", {{.name = "t.one", .calls = 1'000, .python_ns = 1, .crossing_ns = 1}});
  snapshot.cost.per_call_ns = 1e-9;
  check("tiny.json", snapshot);
}

TEST_CASE("JSON keeps long names whole") {
  check("long_names.json", run("long.py", {{.name = "accelerators." + std::string(120, 'x'), .calls = 1}}));
}

TEST_CASE("JSON escapes control characters and keeps letters") {
  using std::string_literals::operator""s;
  check("controls.json", run("größe\r\n\x1b[2J.py", {{.name = "m.nul\0tab\t\"\\"s, .calls = 1}}));
}

TEST_CASE("JSON replaces bytes that are not UTF-8 by U+FFFD") {
  Snapshot snapshot = run("\xff.py", {{.name = "m.cut\xe2\x82", .calls = 1},
                                      {.name = "m.long\xc0\xaf", .calls = 1},
                                      {.name = "m.half\xed\xa0\x80", .calls = 1}});
  snapshot.clock.source = "t\x80sc";
  check("invalid_utf8.json", snapshot);
}
