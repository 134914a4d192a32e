// Regions: the ledger between two moments.
#include "record/region.h"

#include <polyhost/detail/account.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using polyhost::detail::account;
using polyhost::detail::account_whole;
using polyhost::detail::crossing;
using polyhost::record::Bucket;
using polyhost::record::Ledger;
using polyhost::record::Region;
using polyhost::record::Regions;

namespace {

// An inbound call of `ticks`, a tenth of which is conversion at either end.
void call(polyhost_record& record, std::uint64_t ticks) {
  account<POLYHOST_INBOUND>(record, crossing{0, ticks / 10, ticks - ticks / 10, ticks, 0, 0, 0});
}

std::uint64_t calls_in(const std::vector<Bucket>& histogram) {
  return std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Bucket& b) { return sum + b.calls; });
}

}  // namespace

TEST_CASE("a region has what was counted within it") {
  Ledger ledger;
  Regions regions;
  polyhost_record& f = ledger.record("m", "f", POLYHOST_INBOUND);
  for (int i = 0; i < 5; ++i) call(f, 1000);
  const std::uint64_t token = regions.begin(ledger, 100);
  for (int i = 0; i < 3; ++i) call(f, 5000);
  f.errors += 2;
  polyhost_record& late = ledger.record("m", "late", POLYHOST_INBOUND);  // registered within
  call(late, 200);
  CHECK(regions.rows(ledger, 1.0).empty());
  CHECK(regions.end(token, "part", ledger, 700));
  call(f, 9000);
  const std::vector<Region> rows = regions.rows(ledger, 1.0);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].name == "part");
  CHECK(rows[0].entered == 1);
  CHECK(rows[0].wall_ns == 600);
  REQUIRE(rows[0].functions.size() == 2);
  const auto& row = rows[0].functions[0];
  CHECK(row.name == "m.f");
  CHECK(row.module == "m");
  CHECK(row.calls == 3);
  CHECK(row.errors == 2);
  CHECK(row.python_ns == 15'000);
  CHECK(row.native_ns == 12'000);
  CHECK(row.convert_in_ns == 1'500);
  CHECK(calls_in(row.histogram) == 3);
  CHECK(row.min_ns <= 5000);
  CHECK(row.max_ns >= 5000);
  CHECK(row.max_ns < 5700);  // not the 9000 of later
  CHECK(row.p50_ns == doctest::Approx(5000).epsilon(1.0 / 16));
  CHECK(rows[0].functions[1].name == "m.late");
  CHECK(rows[0].functions[1].calls == 1);
}

TEST_CASE("regions of one name add up, and they may overlap") {
  Ledger ledger;
  Regions regions;
  polyhost_record& f = ledger.record("m", "f", POLYHOST_INBOUND);
  const std::uint64_t a = regions.begin(ledger, 0);
  call(f, 100);
  const std::uint64_t b = regions.begin(ledger, 10);
  call(f, 200);
  CHECK(regions.end(a, "x", ledger, 20));
  call(f, 400);
  CHECK(regions.end(b, "x", ledger, 40));
  const std::vector<Region> rows = regions.rows(ledger, 1.0);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].entered == 2);
  CHECK(rows[0].wall_ns == 50);
  CHECK(rows[0].functions.at(0).calls == 4);
  CHECK(rows[0].functions.at(0).python_ns == 900);
}

TEST_CASE("calls shorter than the first bucket are in the histogram, too") {
  Ledger ledger;
  Regions regions;
  polyhost_record& f = ledger.record("m", "f", POLYHOST_INBOUND);
  account_whole(f, 50);
  const std::uint64_t token = regions.begin(ledger, 0);
  for (int i = 0; i < 7; ++i) account_whole(f, 40);
  account_whole(f, 3000);
  regions.end(token, "short", ledger, 1);
  const auto row = regions.rows(ledger, 1.0).at(0).functions.at(0);
  CHECK(row.calls == 8);
  CHECK(row.python_ns == 3280);
  CHECK(calls_in(row.histogram) == 8);
  CHECK(row.histogram.front().calls == 7);
  CHECK(row.p50_ns <= 64);
  CHECK(row.max_ns >= 3000);
}

TEST_CASE("what is not open cannot be ended; a reset forgets all") {
  Ledger ledger;
  Regions regions;
  CHECK_FALSE(regions.end(1, "x", ledger, 0));
  const std::uint64_t token = regions.begin(ledger, 0);
  CHECK(regions.end(token, "x", ledger, 0));
  CHECK_FALSE(regions.end(token, "x", ledger, 0));
  const std::uint64_t open = regions.begin(ledger, 0);
  regions.reset();
  CHECK(regions.rows(ledger, 1.0).empty());
  CHECK_FALSE(regions.end(open, "x", ledger, 0));
}
