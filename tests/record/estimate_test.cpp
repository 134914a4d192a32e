// What the sums of a record become where not every call was split, or timed.
#include <polyhost/detail/account.hpp>
#include <polyhost/detail/estimate.hpp>
#include <polyhost/detail/timing.hpp>

#include "empty_record.h"

#include <doctest/doctest.h>

#include <cmath>

using polyhost::detail::account;
using polyhost::detail::account_whole;
using polyhost::detail::crossing;
using polyhost::detail::estimate_totals;
using polyhost::detail::totals;
using polyhost::test::empty_record;

namespace {

// 20 ticks in, `body`, 10 ticks out.
crossing call(std::uint64_t body) { return {0, 20, 20 + body, 30 + body, 0, 0, 0}; }

}  // namespace

TEST_CASE("calls that were all split are summed up as they are") {
  auto record = empty_record();
  for (int i = 0; i < 10; ++i) account<POLYHOST_INBOUND>(*record, crossing{0, 20, 70, 80, 5, 0, 7});
  const totals t = estimate_totals(*record);
  CHECK(t.calls == 10);
  CHECK(t.timed == 10);
  CHECK(t.split == 10);
  CHECK(t.outer == 800);
  CHECK(t.inner == 500);
  CHECK(t.convert_in == 200);
  CHECK(t.gil_wait == 50);
  CHECK(t.nested == 70);
  CHECK(t.standard_error == 0);
}

TEST_CASE("a call that was timed as a whole is split like those that were picked") {
  auto record = empty_record();
  for (int i = 0; i < 10; ++i) account<POLYHOST_INBOUND>(*record, call(50), 1);
  for (int i = 0; i < 150; ++i) account_whole(*record, 40);  // without the two ticks: half as long
  const totals t = estimate_totals(*record);
  CHECK(t.calls == 160);
  CHECK(t.timed == 160);
  CHECK(t.split == 10);
  CHECK(t.outer == doctest::Approx(10 * 80 + 150 * 40));
  CHECK(t.inner == doctest::Approx(10 * 50 + 150 * 25));
  CHECK(t.convert_in == doctest::Approx(10 * 20 + 150 * 10));
}

TEST_CASE("a call that turned out long has the conversions of a short one") {
  auto record = empty_record();
  for (int i = 0; i < 10; ++i) account<POLYHOST_INBOUND>(*record, call(50), 1);
  for (int i = 0; i < 100; ++i) account_whole(*record, 80);
  for (int i = 0; i < 5; ++i) account_whole(*record, 100'030);
  const totals t = estimate_totals(*record);
  CHECK(t.timed == 115);
  CHECK(t.inner == doctest::Approx(110 * 50 + 5 * 100'000));
}

TEST_CASE("a conversion is never longer than the whole") {
  auto record = empty_record();
  account<POLYHOST_INBOUND>(*record, crossing{0, 2000, 2000, 2000, 0, 0, 0}, 1);
  account_whole(*record, 10);
  const totals t = estimate_totals(*record);
  CHECK(t.inner >= 0.0);
  CHECK(t.convert_in <= t.outer - t.inner);
}

TEST_CASE("until a call is picked, the first calls stand for the others") {
  auto record = empty_record();
  account<POLYHOST_INBOUND>(*record, call(50));
  record->counted = 9;
  const totals t = estimate_totals(*record);
  CHECK(t.calls == 10);
  CHECK(t.outer == doctest::Approx(800));
  CHECK(t.timed == 1);
}

TEST_CASE("sums of a sample are right within their standard error") {
  // Bodies of many lengths, one in 64 picked: the estimate lies within two standard errors nearly always.
  int outside = 0;
  constexpr int runs = 400;
  for (int run = 0; run < runs; ++run) {
    auto record = empty_record();
    double truth = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t body = 10 + polyhost::detail::random_bits() % 900;
      truth += 30.0 + static_cast<double>(body);
      if (record->until_split == 0) {
        account<POLYHOST_INBOUND>(*record, call(body), record->next_is_sample != 0 ? 64 : 0);
        record->next_is_sample = 1;
        record->until_split = polyhost::detail::random_skip(polyhost::detail::sampled_scale);
      } else {
        --record->until_split;
        ++record->counted;
      }
    }
    const totals t = estimate_totals(*record);
    CHECK(t.calls == 20'000);
    if (std::abs(t.outer - truth) > 2 * t.standard_error) ++outside;
  }
  CHECK(outside > 0);
  CHECK(outside < runs / 10);  // 4.6 % are expected
}

TEST_CASE("pauses have the mean that their mode promises") {
  using polyhost::detail::exact_scale;
  using polyhost::detail::sampled_scale;
  constexpr int draws = 1'000'000;
  double exact = 0;
  double sampled = 0;
  for (int i = 0; i < draws; ++i) {
    exact += static_cast<double>(polyhost::detail::random_skip(exact_scale));
    sampled += static_cast<double>(polyhost::detail::random_skip(sampled_scale));
  }
  CHECK(exact / draws == doctest::Approx(15.0).epsilon(0.02));
  CHECK(sampled / draws == doctest::Approx(63.0).epsilon(0.02));
}
