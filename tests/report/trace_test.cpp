// A run's calls as trace events: the slices and marks that are made of forged rings.
#include "traced.h"

using nlohmann::json;
using polyhost::record::Ring;
using polyhost::test::events;
using polyhost::test::has;
using polyhost::test::ns;
using polyhost::test::Scene;
using polyhost::test::slices;
using polyhost::test::split;
using polyhost::test::start;
using polyhost::test::whole;

namespace {

// Every slice of thread 1 begins no earlier than the one before it in the file, and lies within those that it
// begins within.
bool is_nested(const json& file) {
  std::vector<long long> open_ends;
  long long before = 0;
  for (const json& event : events(file, "X")) {
    const long long begin = ns(event, "ts");
    const long long end = begin + ns(event, "dur");
    while (!open_ends.empty() && open_ends.back() <= begin) open_ends.pop_back();
    if (begin < before || end < begin || (!open_ends.empty() && end > open_ends.back())) return false;
    open_ends.push_back(end);
    before = begin;
  }
  return true;
}

}  // namespace

TEST_CASE("a run without calls has a process and nothing else") {
  Scene s;
  s.thread(1);
  const json file = s.written();
  CHECK(file.at("displayTimeUnit") == "ns");
  CHECK(file.at("otherData").at("calls") == 0);
  CHECK(file.at("otherData").at("dropped") == 0);
  CHECK(file.at("otherData").at("timing") == "exact");
  REQUIRE(file.at("traceEvents").size() == 1);
  CHECK(file.at("traceEvents")[0] == json{{"ph", "M"},
                                          {"name", "process_name"},
                                          {"pid", 4711},
                                          {"tid", 0},
                                          {"args", {{"name", "polyhost a.py"}}}});
}

TEST_CASE("a call has its outer side, and its inner one within") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.f, 100, 120, 180, 1'250);
  split(ring, s.callback, 1'300, 1'310, 1'390, 1'400);
  CHECK(slices(s.written()) ==
        "python m.f 100-1250\nnative m.f 120-180\n"
        "native m.f(on_end) 1300-1400\npython m.f(on_end) 1310-1390\n");
}

TEST_CASE("a call of which only the whole was timed is one slice") {
  Scene s;
  whole(s.thread(1), s.f, 100, 140);
  CHECK(slices(s.written()) == "python m.f 100-140\n");
}

TEST_CASE("a call that failed says so, once; without an inner side if it had none") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.f, 100, 120, 180, 200, 0, /*failed=*/true);
  split(ring, s.f, 300, 400, 400, 400, 0, /*failed=*/true);
  whole(ring, s.g, 500, 510, /*failed=*/true);
  CHECK(slices(s.written()) ==
        "python m.f 100-200 {\"raised\":true}\nnative m.f 120-180\n"
        "python m.f 300-400 {\"raised\":true}\npython m.g 500-510 {\"raised\":true}\n");
}

TEST_CASE("calls from within calls come after these, whenever they ended") {
  Scene s;
  Ring& ring = s.thread(1);
  whole(ring, s.g, 30, 60);
  split(ring, s.callback, 20, 25, 65, 70);
  whole(ring, s.g, 80, 90);  // by the native function's own call into Python
  split(ring, s.f, 10, 20, 90, 100);
  CHECK(slices(s.written()) ==
        "python m.f 10-100\nnative m.f 20-90\n"
        "native m.f(on_end) 20-70\npython m.f(on_end) 25-65\npython m.g 30-60\npython m.g 80-90\n");
}

TEST_CASE("of calls that seem to take the same time, the one that ended last is around the others") {
  Scene s;
  Ring& ring = s.thread(1);
  whole(ring, s.g, 10, 20);
  whole(ring, s.f, 10, 20);
  whole(ring, s.g, 10, 15);
  CHECK(slices(s.written()) == "python m.f 10-20\npython m.g 10-20\npython m.g 10-15\n");
}

TEST_CASE("waits for the GIL: after an inner native side, before an inner Python side") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.f, 100, 110, 150, 200, 30);
  split(ring, s.callback, 300, 350, 380, 390, 40);
  CHECK(slices(s.written()) ==
        "python m.f 100-200\nnative m.f 110-150\ngil waiting for the GIL 150-180\n"
        "native m.f(on_end) 300-390\ngil waiting for the GIL 300-340\npython m.f(on_end) 350-380\n");
}

TEST_CASE("no wait leaves the part of the call that it belongs to") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.f, 100, 110, 150, 200, 9'999);
  split(ring, s.callback, 300, 350, 380, 390, 9'999);
  const std::string all = slices(s.written());
  CHECK(has(all, "GIL 150-200\n"));
  CHECK(has(all, "GIL 300-350\n"));
}

TEST_CASE("slices come in the order of their beginning, waits among them") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.callback, 120, 130, 140, 150);
  split(ring, s.f, 100, 110, 160, 200, 30);
  CHECK(slices(s.written()) ==
        "python m.f 100-200\nnative m.f 110-160\n"
        "native m.f(on_end) 120-150\npython m.f(on_end) 130-140\ngil waiting for the GIL 160-190\n");
}

TEST_CASE("what began before the run begins with it") {
  Scene s;
  Ring& ring = s.thread(1);
  ring.push({s.f, start - 4'900, start - 4'800, start - 4'700, start - 4'500, 50, 0});
  ring.push({s.f, start - 4'400, start - 4'300, start + 30, start + 70, 0, 0});
  CHECK(slices(s.written()) ==
        "python m.f 0-0\nnative m.f 0-0\ngil waiting for the GIL 0-0\npython m.f 0-70\nnative m.f 0-30\n");
}

TEST_CASE("a clock that went backwards makes no slice of centuries") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.f, 100, 90, 150, 200);
  split(ring, s.f, 300, 360, 350, 400);
  split(ring, s.f, 500, 510, 550, 540);
  whole(ring, s.g, 600, 590);
  const json file = s.written();
  CHECK(is_nested(file));
  for (const json& event : events(file, "X")) {
    CAPTURE(event.dump());
    CHECK(event.at("dur").get<double>() <= 0.1);
  }
}

TEST_CASE("rounding to nanoseconds keeps slices within those around them, and behind those before them") {
  for (const double ns_per_tick : {0.38, 1.0 / 3, 7.77}) {
    Scene s;
    s.snapshot.clock.ns_per_tick = ns_per_tick;
    Ring& ring = s.thread(1);
    std::uint64_t random = 1;
    const auto some = [&] { return (random = random * 6364136223846793005U + 1442695040888963407U) >> 62U; };
    for (std::uint64_t now = 0; now < 400;) {  // two calls within a third, some ticks apart
      const std::uint64_t entry = now;
      const std::uint64_t converted = now += some();
      for (polyhost_record* inner : {s.callback, s.g}) {
        const std::uint64_t begin = now += some();
        const std::uint64_t middle = now += some();
        const std::uint64_t behind = now += some() + 1;
        now += some();
        split(ring, inner, begin, middle, behind, now);
      }
      const std::uint64_t returned = now += some();
      now += some();
      split(ring, s.f, entry, converted, returned, now);
    }
    CHECK(is_nested(s.written()));
  }
}

TEST_CASE("each thread with calls has a name and a place") {
  Scene s;
  whole(s.thread(11, "MainThread"), s.g, 10, 20);
  s.thread(12, "idle");
  whole(s.thread(13, "loader"), s.f, 30, 40);
  const json file = s.written();
  CHECK(slices(file, 11) == "python m.g 10-20\n");
  CHECK(slices(file, 13) == "python m.f 30-40\n");
  const std::vector<json> about = events(file, "M");
  REQUIRE(about.size() == 5);
  CHECK((about[1].at("tid") == 11 && about[1].at("args") == json{{"name", "MainThread"}}));
  CHECK((about[2].at("tid") == 11 && about[2].at("args") == json{{"sort_index", 0}}));
  CHECK((about[3].at("tid") == 13 && about[3].at("args") == json{{"name", "loader"}}));
  CHECK((about[4].at("tid") == 13 && about[4].at("args") == json{{"sort_index", 2}}));
}

TEST_CASE("any name can be written") {
  Scene s;
  s.snapshot.script = "a \"b\" \\\n\x1b\xff.py";
  polyhost_record* odd = &s.ledger.record("m", "\"\\ \x01\xff gr\u00f6\u00dfe", POLYHOST_INBOUND);
  whole(s.thread(1, "\"},{\xc3"), odd, 10, 20);
  const json file = s.written();
  CHECK(slices(file) == "python m.\"\\ \x01\ufffd gr\u00f6\u00dfe 10-20\n");
  const std::vector<json> about = events(file, "M");
  CHECK(about[0].at("args").at("name") == "polyhost a \"b\" \\\n\x1b\ufffd.py");
  CHECK(about[1].at("args").at("name") == "\"},{\ufffd");
  CHECK(file.at("otherData").at("script") == "a \"b\" \\\n\x1b\ufffd.py");
}

TEST_CASE("calls of what the ledger does not know are left out") {
  Scene s;
  polyhost_record other{};
  Ring& ring = s.thread(1);
  whole(ring, &other, 10, 20);
  whole(ring, s.g, 30, 40);
  CHECK(slices(s.written()) == "python m.g 30-40\n");
}

TEST_CASE("calls that were dropped are counted, and marked where the others begin") {
  Scene s;
  Ring& ring = s.thread(1);
  for (std::uint64_t i = 0; i < 107; ++i) whole(ring, s.g, 10 * i, 10 * i + 5);
  whole(s.thread(2), s.g, 0, 5);
  const json file = s.written();
  CHECK(file.at("otherData").at("calls") == 101);
  CHECK(file.at("otherData").at("dropped") == 7);
  const std::vector<json> marks = events(file, "i");
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].at("name") == "before this, 7 calls were dropped");
  CHECK((marks[0].at("tid") == 1 && marks[0].at("s") == "t" && ns(marks[0], "ts") == 70));
  CHECK(slices(file).starts_with("python m.g 70-75\npython m.g 80-85\n"));
}

TEST_CASE("a text comes in pieces, and no more once one was not taken") {
  Scene s;
  Ring& ring = s.trace.add_thread(1, std::string(200'000, 'x'));
  for (std::uint64_t i = 0; i < 100; ++i) whole(ring, s.g, i, i);
  for (const int taken : {0, 1, 1000}) {
    int asked = 0;
    const auto sink = [&](std::string_view) { return asked++ < taken; };
    CHECK(polyhost::report::write_trace(s.trace, s.ledger, s.snapshot, start, 1, sink) == (taken == 1000));
    CHECK((taken == 1000 ? asked >= 2 : asked == taken + 1));
  }
}

TEST_CASE("the end is written, too, where a piece has ended just before it") {
  Scene s;
  whole(s.thread(1, std::string(200'000, 'x')), s.g, 10, 20);
  CHECK(slices(s.written()) == "python m.g 10-20\n");
}
