// Comparing runs: the test of ranks, and the table.
#include "report/diff.h"

#include "golden.h"
#include "report/json.h"
#include "report/rank_test.h"
#include "report/read_json.h"
#include "snapshots.h"

#include <stdexcept>

using polyhost::record::Direction;
using polyhost::record::Function;
using polyhost::record::Snapshot;
using polyhost::report::diff;
using polyhost::report::rank_test;
using polyhost::report::read_json;
using polyhost::test::check_golden;
using polyhost::test::has;
using polyhost::test::inbound;
using polyhost::test::run;

namespace {

std::vector<Snapshot> runs(std::vector<std::uint64_t> times) {
  std::vector<Snapshot> all;
  for (const std::uint64_t ns : times)
    all.push_back(run(
        "a.py", {inbound("kernels.fib", 1000, ns, ns - 10'000), inbound("kernels.same", 10, 1'000, 900)}));
  return all;
}

std::string refusal(const std::string& text) {
  try {
    read_json(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

// The exact values can be counted by hand: of the 70 orders of 4 and 4 values, one has U = 0 and one U = 16.
TEST_CASE("the rank test gives the known probabilities") {
  CHECK(rank_test({1, 2, 3, 4}, {5, 6, 7, 8}) == doctest::Approx(2.0 / 70));
  CHECK(rank_test({5, 6, 7, 8}, {1, 2, 3, 4}) == doctest::Approx(2.0 / 70));
  CHECK(rank_test({1, 2, 3, 5}, {4, 6, 7, 8}) == doctest::Approx(4.0 / 70));
  CHECK(rank_test({1, 2, 3}, {4, 5, 6}) == doctest::Approx(2.0 / 20));
  CHECK(rank_test({1, 4}, {2, 3}) == doctest::Approx(1.0));
  CHECK(rank_test({1}, {2}) == doctest::Approx(1.0));
  CHECK(rank_test({}, {1, 2}) == 1.0);
  CHECK(rank_test({3, 3, 3}, {3, 3, 3}) == 1.0);
}

TEST_CASE("with ties and with many values it is the normal approximation") {
  std::vector<double> low;
  std::vector<double> high;
  for (int i = 0; i < 30; ++i) {
    low.push_back(i);
    high.push_back(i + 0.5);
  }
  CHECK(rank_test(low, high) == doctest::Approx(0.830).epsilon(0.01));  // U 435, mean 450, sd 67.6
  for (double& value : high) value += 100;
  CHECK(rank_test(low, high) < 1e-9);
  CHECK(rank_test({1, 1, 2, 2, 3}, {3, 4, 4, 5, 5}) ==
        doctest::Approx(0.0147).epsilon(0.01));  // U 0.5, sd 4.70
}

TEST_CASE("two runs: what differs by a tenth is named, and that it is not tested is said") {
  Snapshot before =
      run("a.py", {inbound("kernels.fib", 1000, 100'000, 60'000), inbound("kernels.gone", 5, 500, 400),
                   inbound("kernels.faster", 10, 9'000, 8'000), inbound("kernels.near", 10, 1'000, 900)});
  Snapshot after =
      run("a.py", {inbound("kernels.fib", 2000, 300'000, 60'000), inbound("kernels.new", 5, 500, 400),
                   inbound("kernels.faster", 10, 6'000, 5'000), inbound("kernels.near", 10, 1'050, 900)});
  check_golden("diff.txt", diff({before}, {after}));
}

TEST_CASE("sets of runs: only what the test finds is called a change") {
  const std::string text =
      diff(runs({100'000, 101'000, 102'000, 103'000}), runs({104'000, 105'000, 106'000, 107'000}));
  CHECK(has(text, "4 runs of a.py before, 4 runs of a.py after"));
  CHECK(has(text, "\nkernels.fib is slower: 106ns a call, not 102ns (1.04x, p 0.029)\n"));
  CHECK_FALSE(has(text, "kernels.same is"));
  CHECK_FALSE(has(text, "it is tested"));
  const std::string noise =
      diff(runs({100'000, 150'000, 102'000, 140'000}), runs({160'000, 101'000, 145'000, 170'000}));
  CHECK(has(noise, "\nnothing is slower or faster\n"));
}

TEST_CASE("a report is the same as itself, and times that are not known are no change") {
  Function untimed = inbound("m.untimed", 10, 0, 0);
  untimed.timed = untimed.split = 0;
  const Snapshot odd = run("a.py", {inbound("m.zero", 10, 0, 0), untimed, inbound("m.f", 10, 500, 400)});
  CHECK(has(diff({odd}, {odd}), "nothing is slower or faster"));
  Snapshot timed = odd;
  timed.functions[1] = inbound("m.untimed", 10, 500, 400);
  CHECK(has(diff({odd}, {timed}), "nothing is slower or faster"));
  CHECK(has(diff({timed}, {odd}), "nothing is slower or faster"));
  CHECK_THROWS_AS(diff({}, {odd}), std::invalid_argument);
  CHECK_THROWS_AS(diff({odd}, {}), std::invalid_argument);
}

TEST_CASE("nothing in common, nothing at all") {
  CHECK(has(diff({run("a.py", {})}, {run("b.py", {})}), "no function was called in any of them"));
  const std::string text =
      diff({run("a.py", {inbound("m.a", 1, 2, 1)})}, {run("b.py", {inbound("m.b", 1, 2, 1)})});
  CHECK(has(text, "nothing is slower or faster"));
  CHECK(has(text, "m.b"));
}

TEST_CASE("a report that was saved is read back as it was") {
  Snapshot snapshot =
      run("gr\u00f6\u00dfe.py", {inbound("m.f", 1000, 900, 500), inbound("m.f", 10, 900, 500)});
  snapshot.functions[1].direction = Direction::outbound;
  snapshot.functions[1].standard_error_ns = 7;
  snapshot.lost = 3;
  snapshot.threads = true;
  snapshot.timing = "sampled";
  snapshot.cost.call_site_ns = polyhost::record::Cost::unknown;
  const std::string text = polyhost::report::json(snapshot);
  CHECK(polyhost::report::json(read_json(text)) == text);
}

TEST_CASE("reports of an older polyhost lack names; what is no report is refused") {
  CHECK(read_json(R"({"schema": "polyhost.report/1", "functions": [{"name": "m.f", "calls": 3}]})")
            .functions[0]
            .calls == 3);
  CHECK(has(refusal("no"), "it is not JSON"));
  CHECK(has(refusal(""), "it is not JSON"));
  CHECK(has(refusal("[]"), "it is no report of polyhost's"));
  CHECK(has(refusal("{}"), "it is no report of polyhost's"));
  CHECK(has(refusal(R"({"schema": "polyhost.report/9"})"),
            "its schema is polyhost.report/9, but this polyhost reads"));
  CHECK(has(refusal(R"({"schema": "polyhost.report/1"})"), "it is a damaged report"));
  CHECK(has(refusal(R"({"schema": "polyhost.report/1", "functions": [{"calls": "many"}]})"),
            "it is a damaged report"));
  CHECK(has(refusal(R"({"schema": 1, "functions": []})"), "it is a damaged report"));
  CHECK(has(refusal(R"({"schema": "polyhost.report/1", "functions": 3})"), "it is a damaged report"));
  CHECK(has(refusal(R"({"schema": "polyhost.report/1", "functions": [3]})"), "it is a damaged report"));
  for (const char* number : {"-1", "1.5", "1e300", "null", "true", "\"3\"", "18446744073709551616"})
    CHECK(has(
        refusal(R"({"schema": "polyhost.report/1", "functions": [{"calls": )" + std::string(number) + "}]}"),
        "it is a damaged report: calls is no whole number from 0 on"));
}
