// Ticks against the system's clock.
#include "base/clock.h"

#include <polyhost/detail/tick.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

namespace base = polyhost::base;

TEST_CASE("a tick never moves backwards in one thread") {
  base::choose_clock();
  std::uint64_t last = polyhost::detail::tick();
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t now = polyhost::detail::tick();
    REQUIRE(now >= last);
    last = now;
  }
}

TEST_CASE("ticks times their length are the system's nanoseconds") {
  base::choose_clock();
  const base::Moment start = base::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double length = base::ns_per_tick_since(start);
  const base::Moment end = base::now();
  const double ns = static_cast<double>(end.ticks - start.ticks) * length;
  CHECK(ns == doctest::Approx(static_cast<double>(end.ns - start.ns)).epsilon(0.01));
}

TEST_CASE("a run that has just begun has a clock, too") {
  base::choose_clock();
  const base::Moment start = base::now();
  const double at_once = base::ns_per_tick_since(start);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(at_once == doctest::Approx(base::ns_per_tick_since(start)).epsilon(0.01));
}

TEST_CASE("without a fit counter a tick is a nanosecond") {
  polyhost::detail::clock_in_use = POLYHOST_CLOCK_MONOTONIC;
  CHECK(base::clock_source() == "clock_gettime");
  CHECK(base::ns_per_tick_since(base::now()) == 1.0);
  const base::Moment moment = base::now();
  const auto apart = static_cast<std::int64_t>(moment.ticks - moment.ns);
  CHECK(apart > -1'000'000);
  CHECK(apart < 1'000'000);
  base::choose_clock();
}

TEST_CASE("the smallest step is a step") {
  base::choose_clock();
  CHECK(base::smallest_step() > 0);
  CHECK(base::smallest_step() < 1'000'000);
}
