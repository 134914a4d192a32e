// The protocol of a crossing: what is counted however a call ends, and what a thread keeps of it.
#include <polyhost/detail/crossing.hpp>

#include <doctest/doctest.h>

#include <memory>

using polyhost::detail::inbound_crossing;
using polyhost::detail::outbound_crossing;
using polyhost::detail::tick;
using polyhost::detail::untimed_crossing;
using polyhost::detail::whole_crossing;

namespace {

void spend_some_ticks() {
  for (const std::uint64_t start = tick(); tick() - start < 1000;) {
  }
}

struct Scene {
  std::unique_ptr<polyhost_record> record = std::make_unique<polyhost_record>();
  polyhost_thread thread{10'000};  // from crossings before
};

}  // namespace

TEST_CASE("a call leaves its outer side with the thread, for the crossing around it") {
  Scene s;
  inbound_crossing c(tick(), s.thread);
  c.begin_inner();
  spend_some_ticks();
  c.end_inner();
  c.end(*s.record, /*failed=*/false);
  CHECK(s.record->calls == 1);
  CHECK(s.record->errors == 0);
  CHECK(s.record->inner >= 1000);
  CHECK(s.record->nested == 0);
  CHECK(s.thread.nested == 10'000 + s.record->outer);
}

TEST_CASE("a crossing made from within counts as nested, and once only") {
  Scene s;
  const auto inner_record = std::make_unique<polyhost_record>();
  inbound_crossing around(tick(), s.thread);
  around.begin_inner();
  for (int i = 0; i < 2; ++i) {
    outbound_crossing within(tick(), s.thread);
    within.begin_inner();
    spend_some_ticks();
    within.end_inner();
    within.end(*inner_record, /*failed=*/false);
  }
  around.end_inner();
  around.end(*s.record, /*failed=*/false);
  CHECK(s.record->nested == inner_record->outer);
  CHECK(s.thread.nested == 10'000 + s.record->outer);
}

TEST_CASE("a call without anything to convert has no time before its inner side") {
  Scene s;
  inbound_crossing c(tick(), s.thread);
  spend_some_ticks();
  c.begin_inner_at_entry();
  c.end_inner();
  c.end(*s.record, /*failed=*/false);
  CHECK(s.record->convert_in == 0);
  CHECK(s.record->inner >= 1000);
}

TEST_CASE("a call that failed before its inner side was all conversion") {
  Scene s;
  inbound_crossing c(tick(), s.thread);
  spend_some_ticks();
  CHECK(!c.in_inner());
  c.end(*s.record, /*failed=*/true);
  CHECK(s.record->calls == 1);
  CHECK(s.record->errors == 1);
  CHECK(s.record->lost == 0);
  CHECK(s.record->inner == 0);
  CHECK(s.record->convert_in == s.record->outer);
  CHECK(s.thread.nested == 10'000 + s.record->outer);
}

TEST_CASE("a call that failed in its inner side keeps what it measured") {
  Scene s;
  inbound_crossing c(tick(), s.thread);
  c.begin_inner();
  CHECK(c.in_inner());
  spend_some_ticks();
  c.end_inner();
  CHECK(!c.in_inner());
  c.end(*s.record, /*failed=*/true);
  CHECK(s.record->errors == 1);
  CHECK(s.record->inner >= 1000);
}

TEST_CASE("waits for the GIL are no conversion, before or after the inner side") {
  Scene before;
  const std::uint64_t entry = tick();
  spend_some_ticks();
  outbound_crossing out(entry, before.thread, tick() - entry);
  out.end(*before.record, /*failed=*/true);
  CHECK(before.record->gil_wait >= 1000);
  CHECK(before.record->convert_in + before.record->gil_wait == before.record->outer);

  Scene after;
  inbound_crossing in(tick(), after.thread);
  in.begin_inner();
  in.end_inner();
  in.wait_for_gil(spend_some_ticks);
  in.end(*after.record, /*failed=*/false);
  CHECK(after.record->gil_wait >= 1000);
  CHECK(after.record->convert_in + after.record->inner + after.record->gil_wait <= after.record->outer);
}

TEST_CASE("a call of two ticks is timed as a whole") {
  Scene s;
  whole_crossing c(tick(), s.thread);
  CHECK((s.thread.nested & POLYHOST_INSIDE) != 0);
  spend_some_ticks();
  c.end(*s.record, /*failed=*/false);
  CHECK(s.record->calls == 0);  // of those that were split
  CHECK(s.record->whole + s.record->whole_long == 1);
  const std::uint64_t outer = s.record->whole_outer + s.record->whole_long_outer;
  CHECK(outer >= 1000);
  CHECK(s.thread.nested == 10'000 + outer);
}

TEST_CASE("a call without ticks shows while it runs, and that it has ended") {
  Scene s;
  untimed_crossing<POLYHOST_INBOUND> in(s.thread);
  CHECK((s.thread.nested & POLYHOST_INSIDE) != 0);
  untimed_crossing<POLYHOST_OUTBOUND> out(s.thread);
  CHECK((s.thread.nested & POLYHOST_INSIDE) == 0);
  out.end();
  CHECK((s.thread.nested & POLYHOST_INSIDE) != 0);
  in.end();
  CHECK((s.thread.nested & POLYHOST_INSIDE) == 0);
  CHECK(s.thread.nested != 10'000);
}

TEST_CASE("a call that stands for others stands for them in the crossing around it, too") {
  Scene s;
  inbound_crossing c(tick(), s.thread);
  c.begin_inner();
  spend_some_ticks();
  c.end_inner();
  const std::uint64_t outer = c.end(*s.record, /*failed=*/false, /*weight=*/64);
  CHECK(outer == s.record->outer);
  CHECK(s.record->sample.outer == outer);
  CHECK(s.thread.nested == 10'000 + 64 * outer);
}
