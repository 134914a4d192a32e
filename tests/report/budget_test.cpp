// Budgets: what a line may say, and what is found over it.
#include "report/budget.h"

#include "snapshots.h"

#include <doctest/doctest.h>

#include <stdexcept>

using polyhost::record::Function;
using polyhost::record::Snapshot;
using polyhost::report::Budget;
using polyhost::report::check;
using polyhost::report::Finding;
using polyhost::report::read_budget;
using polyhost::report::read_budgets;
using polyhost::test::has;
using polyhost::test::run;

namespace {

const Function scale{.name = "kernels.scale",
                     .calls = 1000,
                     .errors = 2,
                     .python_ns = 100'000,
                     .native_ns = 60'000,
                     .crossing_ns = 40'000,
                     .self_ns = 50'000,
                     .max_ns = 900,
                     .p50_ns = 90,
                     .p99_ns = 250,
                     .timed = 1000,
                     .split = 1000};

std::string breach(const char* line) {
  const std::vector<Finding> findings = check({read_budget(line)}, run("a.py", {scale}));
  REQUIRE(findings.size() <= 1);
  return findings.empty() ? "" : findings.front().text;
}

std::string refusal(const char* text) {
  try {
    read_budgets(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("each measure, at its limit and just over it") {
  for (const char* kept : {"calls <= 1000", "errors <= 2", "lost <= 0", "python <= 100us", "native <= 0.06ms",
                           "self <= 50000 ns", "crossing <= 40us", "crossing <= 40%", "per-call <= 40ns",
                           "p50 <= 90ns", "p99 <= 2.5e-7s", "max <= 0.9µs", "calls<=1e3"})
    CHECK(breach((std::string("kernels.*: ") + kept).c_str()) == "");
  const std::pair<const char*, const char*> over[] = {{"calls <= 999", "has calls 1000"},
                                                      {"errors <= 1", "has errors 2"},
                                                      {"python <= 99us", "has python 100 us"},
                                                      {"native <= 59us", "has native 60.0 us"},
                                                      {"self <= 1ns", "has self 50.0 us"},
                                                      {"crossing <= 39us", "has crossing 40.0 us"},
                                                      {"crossing <= 39.9%", "has crossing 40.0%"},
                                                      {"per-call <= 39ns", "has per-call 40 ns"},
                                                      {"p50 <= 89ns", "has p50 90 ns"},
                                                      {"p99 <= 0.2us", "has p99 250 ns"},
                                                      {"max <= 0s", "has max 900 ns"}};
  for (const auto& [limit, said] : over) {
    const std::string text = breach((std::string("*: ") + limit).c_str());
    CHECK(text == std::string("over budget: kernels.scale ") + said + ", but `*: " + limit + "`");
  }
}

TEST_CASE("patterns are those of a shell") {
  CHECK(breach("kernels.scale: calls <= 1") != "");
  CHECK(breach("kernels.s[a-d]al?: calls <= 1") != "");
  CHECK(breach("*scale: calls <= 1e9, errors <= 1e9, p99 <= 1s") == "");
  const std::vector<Finding> findings = check({read_budget("kernel.*: calls <= 1")}, run("a.py", {scale}));
  REQUIRE(findings.size() == 1);
  CHECK_FALSE(findings.front().is_breach);
  CHECK(findings.front().text == "the budget for `kernel.*` matches no function that was called");
}

TEST_CASE("with timing off nothing can be checked") {
  Snapshot snapshot = run("a.py", {});
  snapshot.timing = "off";
  const std::vector<Finding> findings = check({read_budget("*: calls <= 1")}, snapshot);
  REQUIRE(findings.size() == 1);
  CHECK_FALSE(findings.front().is_breach);
  CHECK(findings.front().text == "the budget for `*` cannot be checked: with timing off nothing is counted");
}

TEST_CASE("each function and each limit is found") {
  Function other = scale;
  other.name = "kernels.add";
  const std::vector<Budget> budgets =
      read_budgets("# of the release\n\nkernels.*: calls <= 1, errors <= 1\r\n*: p99 <= 1ns");
  REQUIRE(budgets.size() == 2);
  CHECK(check(budgets, run("a.py", {scale, other})).size() == 6);
}

TEST_CASE("what was not timed is not called kept, nor over") {
  Function lost = scale;
  lost.timed = 0;
  const std::vector<Finding> findings =
      check({read_budget("*: calls <= 1000, p99 <= 1ns")}, run("a.py", {lost}));
  REQUIRE(findings.size() == 1);
  CHECK_FALSE(findings.front().is_breach);
  CHECK(findings.front().text ==
        "the budget `p99 <= 1ns` cannot be checked for kernels.scale: none of its calls was timed");
}

TEST_CASE("lines that are no budget") {
  CHECK(refusal("") == "none");
  CHECK(has(refusal("kernels calls <= 1"),
            "line 1: the budget `kernels calls <= 1` has no colon after its pattern: write one like"));
  CHECK(has(refusal("\n: calls <= 1"), "line 2: the budget `: calls <= 1` has no pattern"));
  CHECK(has(refusal("a: calls < 1"), "has no <= in `calls < 1`"));
  CHECK(has(refusal("a:"), "has no <= in ``"));
  CHECK(has(refusal("a: calls <= 1,"), "has no <= in ``"));
  for (const char* amount : {"", "x", "-1", "nan", "inf", "1e999", "1 apples", "1h", "%"})
    CHECK(has(refusal(("a: p99 <= " + std::string(amount)).c_str()), "has no amount that can be"));
  CHECK(has(refusal("a: speed <= 1"), "limits `speed`, which is not measured"));
  CHECK(has(refusal("a: p99 <= 5%"), "has the wrong unit in `p99 <= 5%`"));
  CHECK(has(refusal("a: calls <= 5ns"), "has the wrong unit"));
  CHECK(has(refusal("a: p99 <= 5"), "has the wrong unit"));
}
