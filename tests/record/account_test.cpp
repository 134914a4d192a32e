// One crossing into its record.
#include <polyhost/detail/account.hpp>

#include "empty_record.h"

#include <doctest/doctest.h>

using polyhost::detail::account;
using polyhost::detail::account_whole;
using polyhost::detail::crossing;
using polyhost::test::empty_record;

TEST_CASE("an inbound crossing's Python side is its outer one") {
  auto record = empty_record();
  account<POLYHOST_INBOUND>(*record, crossing{100, 110, 150, 175, 5, 0, 7});
  CHECK(record->calls == 1);
  CHECK(record->outer == 75);
  CHECK(record->inner == 40);
  CHECK(record->convert_in == 10);
  CHECK(record->gil_wait == 5);
  CHECK(record->nested == 7);
  CHECK(record->min == 75);
  CHECK(record->max == 75);
  CHECK(record->lost == 0);
}

TEST_CASE("an outbound crossing's Python side is its inner one") {
  auto record = empty_record();
  account<POLYHOST_OUTBOUND>(*record, crossing{100, 130, 150, 175, 20, 20, 0});
  CHECK(record->outer == 75);
  CHECK(record->inner == 20);
  CHECK(record->convert_in == 10);  // the wait for the GIL is not conversion
  CHECK(record->gil_wait == 20);
  CHECK(record->min == 20);
  CHECK(record->max == 20);
}

TEST_CASE("a tick that moved backwards costs the times, not the count") {
  for (const crossing& c : {crossing{100, 90, 150, 175, 0, 0, 0}, crossing{100, 110, 105, 175, 0, 0, 0},
                            crossing{100, 110, 150, 149, 0, 0, 0}}) {
    auto record = empty_record();
    account<POLYHOST_INBOUND>(*record, c);
    CHECK(record->calls == 1);
    CHECK(record->lost == 1);
    CHECK(record->outer == 0);
    CHECK(record->inner == 0);
    CHECK(record->min == UINT64_MAX);
  }
}

TEST_CASE("a picked call counts as a call like any other, and as one of the sample") {
  auto record = empty_record();
  account<POLYHOST_INBOUND>(*record, crossing{100, 110, 150, 175, 0, 0, 7});
  account<POLYHOST_INBOUND>(*record, crossing{200, 220, 250, 300, 0, 0, 3}, 64);
  CHECK(record->calls == 2);
  CHECK(record->outer == 175);
  CHECK(record->sample.calls == 1);
  CHECK(record->sample.outer == 100);
  CHECK(record->sample.inner == 30);
  CHECK(record->sample.convert_in == 20);
  CHECK(record->sample.nested == 3);
  CHECK(record->sample.outer_squares == 10'000.0);
  CHECK(record->histogram[polyhost::detail::histogram_bucket(75)] == 1);
  CHECK(record->histogram[polyhost::detail::histogram_bucket(100)] == 64);
}

TEST_CASE("long calls are kept apart from the short ones") {
  auto record = empty_record();
  account_whole(*record, POLYHOST_LONG_CALL - 1);
  account_whole(*record, POLYHOST_LONG_CALL);
  account<POLYHOST_INBOUND>(*record, crossing{0, 10, 500, 600, 0, 0, 0}, 1);
  account<POLYHOST_INBOUND>(*record, crossing{0, 10, 5000, 6000, 0, 0, 0}, 1);
  CHECK(record->whole == 1);
  CHECK(record->whole_outer == POLYHOST_LONG_CALL - 1);
  CHECK(record->whole_long == 1);
  CHECK(record->whole_long_outer == POLYHOST_LONG_CALL);
  CHECK(record->sample.calls == 2);
  CHECK(record->sample.short_calls == 1);
  CHECK(record->sample.short_outer == 600);
  CHECK(record->sample.short_inner == 490);
  CHECK(record->sample.short_convert_in == 10);
}

TEST_CASE("a whole that moved backwards costs the time, not the count") {
  auto record = empty_record();
  account_whole(*record, static_cast<std::uint64_t>(-5));
  CHECK(record->calls == 1);
  CHECK(record->lost == 1);
  CHECK(record->whole == 0);
  account_whole(*record, 80);
  CHECK(record->whole == 1);
  CHECK(record->whole_outer == 80);
  CHECK(record->min == 80);
  CHECK(record->max == 80);
}
