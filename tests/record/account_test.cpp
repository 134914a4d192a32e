// One crossing into its record.
#include <polyhost/detail/account.hpp>

#include <doctest/doctest.h>

#include <memory>

using polyhost::detail::account;
using polyhost::detail::crossing;

namespace {

std::unique_ptr<polyhost_record> empty_record() {
  auto record = std::make_unique<polyhost_record>();
  record->min = UINT64_MAX;
  return record;
}

}  // namespace

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
