// What holds for all advice: what is too uncertain, too small or too great to be said, its order, and where
// it is shown.
#include "report/advice.h"

#include "report/json.h"
#include "report/read_json.h"
#include "report/table.h"

#include "advised.h"

using polyhost::report::json;
using polyhost::report::read_json;
using polyhost::report::table;
using polyhost::test::has;
using polyhost::test::huge;
using polyhost::test::advice::add;
using polyhost::test::advice::Advice;
using polyhost::test::advice::advise;
using polyhost::test::advice::converting;
using polyhost::test::advice::fit;
using polyhost::test::advice::Function;
using polyhost::test::advice::mapping;
using polyhost::test::advice::only;
using polyhost::test::advice::rules;
using polyhost::test::advice::run;
using polyhost::test::advice::Snapshot;
using polyhost::test::advice::threads;

TEST_CASE("nothing is said of calls that were not timed, or of no call") {
  Snapshot off = run({});
  off.timing = "off";
  CHECK(rules(off) == "");
  CHECK(rules(run({{.name = "kernels.add"}})) == "");
  Function lost = add(5);
  lost.lost = lost.calls;
  CHECK(rules(lost) == "");
  lost = add(5);
  lost.timed = lost.split = 0;
  CHECK(rules(lost) == "");
  Snapshot unmeasured = run({add(5)});
  unmeasured.cost = {};
  CHECK(rules(unmeasured) == "");
}

TEST_CASE("a mean is over the calls that were timed") {
  Function f = add();
  f.calls += 900'000;
  f.lost = 900'000;
  CHECK(has(only(run({f})).text, ": 50 ns of crossing for 20 ns of work."));
}

TEST_CASE("the greatest numbers") {
  for (const std::uint64_t calls : {std::uint64_t{1000}, huge}) {
    Function f{.name = "kernels.endless", .calls = calls, .python_ns = huge, .crossing_ns = huge};
    f.convert_in_ns = f.gil_wait_ns = f.timed = f.split = huge;
    f.signature = "(a: list[int], b: str) -> str";
    f.has_batch = true;
    Function works = f;
    works.crossing_ns = 0;
    works.native_ns = works.self_ns = huge;
    CHECK(rules(threads(f)) == "");
    CHECK(rules(threads(works)) == "");
  }
}

TEST_CASE("the dearest first, and nothing below a hundredth of the wall time") {
  Function cheap = add(20, 10'000);
  cheap.name = "kernels.cheap";
  Snapshot snapshot = run({cheap, converting("(text: str) -> int", 80'000, 0), add(5)});
  CHECK(rules(snapshot) == "python_is_as_fast chatty text_conversion chatty");
  CHECK(advise(snapshot).back().function == "kernels.cheap");
  snapshot = run({converting("(text: str) -> int", 80'000, 0)});
  snapshot.wall_ns = 80'000'000;
  CHECK(rules(snapshot) == "text_conversion");
  snapshot.wall_ns = 80'000'200;
  CHECK(rules(snapshot) == "");
}

TEST_CASE("nothing in a name or a path reaches the terminal as a command") {
  Function chatty = add(5);
  Function copied = converting("(a: list[int]) -> int", 80'000, 0);
  Function converted = converting("(a: str) -> int", 80'000, 0);
  std::vector<Function> all = mapping(5000, 10);
  all.insert(all.end(), {chatty, copied, converted, fit()});
  for (Function& f : all) {
    f.name.replace(0, 7, "k\x1b[31m\n\u202e");
    f.sites = {{"a\x1b.py", 3, "f\x1b", f.calls}};
  }
  Snapshot snapshot = run(all);
  snapshot.threads = true;
  CHECK(advise(snapshot).size() == 6);
  for (const Advice& a : advise(snapshot)) {
    CHECK_FALSE(has(a.text, "\x1b"));
    CHECK_FALSE(has(a.text, "\n"));
    CHECK(has(a.text, "k\\x1b[31m\\x0a\\u202e."));
  }
}

TEST_CASE("the table and the JSON say it, and so does a report that was saved") {
  const Snapshot snapshot = run({add(5), converting("(text: str) -> int", 80'000, 0)});
  CHECK(advise(snapshot).size() == 3);
  std::string section = "\nadvice\n";
  for (const Advice& a : advise(snapshot)) section += "  " + a.text + "\n";
  CHECK(has(table(snapshot), section + "\ncost of measuring"));
  const std::string report = json(snapshot);
  for (const Advice& a : advise(snapshot)) CHECK(has(report, "\"text\": \"" + a.text + "\""));
  for (const char* rule : {"chatty", "python_is_as_fast", "text_conversion"})
    CHECK(has(report, "\"rule\": \"" + std::string(rule) + "\",\n      \"function\": \"kernels."));
  CHECK(table(read_json(report)) == table(snapshot));
  CHECK_FALSE(has(table(run({fit()})), "advice"));
}
