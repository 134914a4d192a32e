// Arrows in a trace: from the native function that was given a callback to another thread that calls it.
#include "traced.h"

using nlohmann::json;
using polyhost::record::Ring;
using polyhost::test::events;
using polyhost::test::ns;
using polyhost::test::Scene;
using polyhost::test::split;
using polyhost::test::whole;

namespace {

// The arrows of a file, each "thread -> thread at ns".
std::string arrows(const json& file) {
  const std::vector<json> from = events(file, "s");
  const std::vector<json> to = events(file, "f");
  REQUIRE(from.size() == to.size());
  std::string all;
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (const char* field : {"id", "name", "cat", "pid", "ts"}) CHECK(from[i].at(field) == to[i].at(field));
    CHECK(from[i].at("id") == i + 1);
    CHECK(to[i].at("bp") == "e");
    all += from[i].at("tid").dump() + " -> " + to[i].at("tid").dump() + " at " +
           std::to_string(ns(from[i], "ts")) + "\n";
  }
  return all;
}

// Calls m.f from 100 to 900 on thread 1.
void give(Scene& s) { split(s.thread(1), s.f, 100, 110, 890, 900); }

}  // namespace

TEST_CASE("each call of a callback on another thread has an arrow from the one function that was given it") {
  Scene s;
  give(s);
  Ring& caller = s.thread(2);
  split(caller, s.callback, 300, 310, 390, 400);
  split(caller, s.callback, 500, 510, 590, 600);
  split(s.thread(3), s.callback, 100, 350, 360, 370);
  CHECK(arrows(s.written()) == "1 -> 2 at 300\n1 -> 2 at 500\n1 -> 3 at 100\n");
}

TEST_CASE("one on the same thread needs none") {
  Scene s;
  Ring& ring = s.thread(1);
  split(ring, s.callback, 300, 310, 390, 400);
  split(ring, s.f, 100, 110, 890, 900);
  split(ring, s.callback, 900, 910, 920, 930);  // at the moment of its end
  CHECK(arrows(s.written()).empty());
}

TEST_CASE("nobody gives it before it begins, or when it is over") {
  Scene s;
  give(s);
  Ring& caller = s.thread(2);
  split(caller, s.callback, 10, 20, 80, 90);
  split(caller, s.callback, 99, 100, 101, 102);
  split(caller, s.callback, 901, 910, 980, 990);
  CHECK(arrows(s.written()).empty());
}

TEST_CASE("of two that were given it, nobody knows which one it was") {
  Scene s;
  give(s);
  split(s.thread(2), s.f, 400, 410, 490, 500);
  Ring& caller = s.thread(3);
  split(caller, s.callback, 300, 310, 320, 330);
  split(caller, s.callback, 450, 460, 470, 480);
  split(caller, s.callback, 600, 610, 620, 630);
  CHECK(arrows(s.written()) == "1 -> 3 at 300\n1 -> 3 at 600\n");
}

TEST_CASE("only the function that it belongs to gives it, timed as a whole or not") {
  Scene s;
  whole(s.thread(1), s.g, 100, 900);
  Ring& caller = s.thread(2);
  split(caller, s.callback, 300, 310, 390, 400);
  CHECK(arrows(s.written()).empty());
  whole(s.thread(3), s.f, 100, 900);
  CHECK(arrows(s.written()) == "3 -> 2 at 300\n");
}

TEST_CASE("calls from within another call of the thread have none") {
  Scene s;
  give(s);
  Ring& caller = s.thread(2);
  split(caller, s.callback, 320, 330, 340, 350);
  split(caller, s.g, 300, 310, 390, 400);
  split(caller, s.callback, 400, 410, 420, 430);
  CHECK(arrows(s.written()) == "1 -> 2 at 400\n");
}

TEST_CASE("a call of the function from within itself that has ended hides no giver") {
  Scene s;
  Ring& giver = s.thread(1);
  split(giver, s.f, 200, 210, 220, 230);
  split(giver, s.f, 240, 250, 260, 270);
  split(giver, s.f, 100, 110, 890, 900);
  Ring& caller = s.thread(2);
  split(caller, s.callback, 150, 160, 170, 180);
  split(caller, s.callback, 210, 215, 220, 225);
  split(caller, s.callback, 300, 310, 390, 400);
  split(s.thread(3), s.f, 500, 510, 590, 600);
  split(caller, s.callback, 520, 530, 540, 550);  // by either
  CHECK(arrows(s.written()) == "1 -> 2 at 150\n1 -> 2 at 210\n1 -> 2 at 300\n");
}
