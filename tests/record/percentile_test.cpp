// Buckets and percentiles.
#include <polyhost/detail/account.hpp>
#include <polyhost/detail/percentile.hpp>

#include "empty_record.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using polyhost::detail::account;
using polyhost::detail::crossing;
using polyhost::detail::histogram_bucket;
using polyhost::detail::percentile;
using polyhost::test::empty_record;

namespace {

void add(polyhost_record& record, std::uint64_t outer) {
  account<POLYHOST_INBOUND>(record, crossing{0, outer / 4, outer / 2, outer, 0, 0, 0});
}

}  // namespace

TEST_CASE("buckets follow one another without a gap") {
  CHECK(histogram_bucket(64) == 0);
  CHECK(histogram_bucket(71) == 0);
  CHECK(histogram_bucket(72) == 1);
  CHECK(histogram_bucket(127) == 7);
  CHECK(histogram_bucket(128) == 8);
  CHECK(histogram_bucket(UINT64_MAX) == POLYHOST_HISTOGRAM_BUCKETS - 1);
  unsigned last = 0;
  for (std::uint64_t ticks = 64; ticks < (1U << 20U); ++ticks) {
    const unsigned bucket = histogram_bucket(ticks);
    REQUIRE((bucket == last || bucket == last + 1));
    last = bucket;
  }
}

TEST_CASE("percentiles of nothing, of one call and of equal calls") {
  auto record = empty_record();
  CHECK(percentile(*record, 0.5) == 0);
  add(*record, 1000);
  CHECK(percentile(*record, 0.5) == 1000);
  CHECK(percentile(*record, 0.99) == 1000);
  for (int i = 0; i < 100; ++i) add(*record, 1000);
  CHECK(percentile(*record, 0.01) == 1000);
}

TEST_CASE("short calls share a bucket that is not stored") {
  auto record = empty_record();
  for (int i = 0; i < 99; ++i) add(*record, 20);
  add(*record, 5000);
  CHECK(std::all_of(record->histogram, record->histogram + histogram_bucket(5000),
                    [](std::uint64_t count) { return count == 0; }));
  CHECK(percentile(*record, 0.5) >= 20);
  CHECK(percentile(*record, 0.5) < 64);
  CHECK(percentile(*record, 1.0) == 5000);
}

TEST_CASE("percentiles are within 1/16 of the sorted truth") {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> spread(8.0, 2.0);
  auto record = empty_record();
  std::vector<std::uint64_t> truth;
  for (int i = 0; i < 50'000; ++i) {
    truth.push_back(64 + static_cast<std::uint64_t>(spread(random)));
    add(*record, truth.back());
  }
  std::sort(truth.begin(), truth.end());
  for (const double fraction : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = static_cast<double>(truth[static_cast<std::size_t>(fraction * 50'000) - 1]);
    CHECK(static_cast<double>(percentile(*record, fraction)) == doctest::Approx(exact).epsilon(1.0 / 16));
  }
}

TEST_CASE("the longest possible call has a percentile") {
  auto record = empty_record();
  add(*record, INT64_MAX);
  CHECK(percentile(*record, 0.5) >= static_cast<std::uint64_t>(INT64_MAX) / 16 * 15);
}
