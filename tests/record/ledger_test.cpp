// Records and snapshots of them.
#include "record/ledger.h"

#include "base/clock.h"
#include "record/snapshot.h"

#include <polyhost/detail/account.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using polyhost::detail::account;
using polyhost::detail::crossing;
using polyhost::record::Direction;
using polyhost::record::Function;
using polyhost::record::Ledger;
using polyhost::record::Snapshot;
using polyhost::record::take_snapshot;

namespace {

Snapshot snapshot_of(const Ledger& ledger) {
  polyhost::base::choose_clock();
  return take_snapshot(ledger, polyhost::base::now(), "script.py", POLYHOST_TIMING_EXACT, {10.0, 20.0, 30.0});
}

}  // namespace

TEST_CASE("a name and direction have one record, which keeps its address") {
  Ledger ledger;
  polyhost_record& first = ledger.record("m", "f", POLYHOST_INBOUND);
  std::vector<polyhost_record*> others;
  for (int i = 0; i < 5000; ++i)
    others.push_back(&ledger.record("m", "g" + std::to_string(i), POLYHOST_INBOUND));
  CHECK(&ledger.record("m", "f", POLYHOST_INBOUND) == &first);
  CHECK(&ledger.record("m", "f", POLYHOST_OUTBOUND) != &first);
  CHECK(&ledger.record("m", "g7", POLYHOST_INBOUND) == others[7]);
  CHECK(ledger.entries().size() == 5002);
}

TEST_CASE("a snapshot holds the functions that were called, in order of registration") {
  Ledger ledger;
  polyhost_record& b = ledger.record("m", "b", POLYHOST_INBOUND);
  ledger.record("m", "unused", POLYHOST_INBOUND);
  polyhost_record& a = ledger.record("m", "a(f)", POLYHOST_OUTBOUND);
  account<POLYHOST_OUTBOUND>(a, crossing{0, 10'000, 30'000, 60'000, 5'000, 5'000, 8'000});
  account<POLYHOST_INBOUND>(b, crossing{0, 10'000, 30'000, 60'000, 0, 0, 0});
  const Snapshot s = snapshot_of(ledger);
  CHECK(s.script == "script.py");
  REQUIRE(s.functions.size() == 2);
  CHECK(s.functions[0].name == "m.b");
  CHECK(s.functions[1].name == "m.a(f)");
  CHECK(s.functions[1].direction == Direction::outbound);

  const Function& f = s.functions[1];
  const double tick = s.clock.ns_per_tick;
  CHECK(static_cast<double>(f.python_ns) == doctest::Approx(20'000 * tick).epsilon(0.001));
  CHECK(static_cast<double>(f.native_ns) == doctest::Approx(60'000 * tick).epsilon(0.001));
  CHECK(static_cast<double>(f.self_ns) == doctest::Approx(12'000 * tick).epsilon(0.001));
  CHECK(static_cast<double>(f.convert_in_ns) == doctest::Approx(5'000 * tick).epsilon(0.001));
  CHECK(f.crossing_ns == f.convert_in_ns + f.convert_out_ns + f.gil_wait_ns);
  CHECK(f.native_ns - f.python_ns == f.crossing_ns);
}

TEST_CASE("lost calls are summed up, and a function that was never timed has no times") {
  Ledger ledger;
  polyhost_record& r = ledger.record("m", "f", POLYHOST_INBOUND);
  account<POLYHOST_INBOUND>(r, crossing{100, 90, 90, 95, 0, 0, 0});
  const Snapshot s = snapshot_of(ledger);
  REQUIRE(s.functions.size() == 1);
  CHECK(s.lost == 1);
  CHECK(s.functions[0].calls == 1);
  CHECK(s.functions[0].min_ns == 0);
  CHECK(s.functions[0].p99_ns == 0);
}

TEST_CASE("reset empties the records and leaves them in place") {
  Ledger ledger;
  polyhost_record& r = ledger.record("m", "f", POLYHOST_INBOUND);
  account<POLYHOST_INBOUND>(r, crossing{0, 10, 20, 30, 0, 0, 0});
  ledger.reset();
  CHECK(r.calls == 0);
  CHECK(r.min == UINT64_MAX);
  CHECK(&ledger.record("m", "f", POLYHOST_INBOUND) == &r);
  CHECK(snapshot_of(ledger).functions.empty());
}

TEST_CASE("costs become nanoseconds, and the clock has a resolution") {
  polyhost::base::choose_clock();
  const Snapshot s = snapshot_of(Ledger());
  CHECK(s.cost.per_call_ns == doctest::Approx(10.0 * s.clock.ns_per_tick));
  CHECK(s.cost.per_split_ns == doctest::Approx(20.0 * s.clock.ns_per_tick));
  CHECK(s.cost.call_site_ns == doctest::Approx(30.0 * s.clock.ns_per_tick));
  CHECK(s.clock.resolution_ns > 0.0);
}
