// Running the measuring part of a call by itself.
#include "record/cost.h"

#include <polyhost/detail/account.hpp>
#include <polyhost/detail/tick.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace polyhost::record {

namespace {

constexpr int calls_per_pass = 1000;
constexpr int passes = 9;

// Mirrors what a call without arguments does besides the call.
void measured_call(polyhost_record& scratch, polyhost_thread& thread) {
  detail::crossing c{detail::tick(), 0, 0, 0, 0, 0, 0};
  const std::uint64_t nested_before = thread.nested;
  c.converted = detail::tick();
  c.returned = detail::tick();
  c.nested = thread.nested - nested_before;
  c.exit = detail::tick();
  thread.nested = nested_before + (c.exit - c.entry);
  detail::account<POLYHOST_INBOUND>(scratch, c);
}

double ticks_per_call(polyhost_record& scratch, polyhost_thread& thread, bool measured) {
  const std::uint64_t start = detail::tick();
  for (int i = 0; i < calls_per_pass; ++i) {
    if (measured) measured_call(scratch, thread);
    detail::pin(i);
  }
  return static_cast<double>(detail::tick() - start) / calls_per_pass;
}

}  // namespace

double measure_cost() {
  const auto scratch = std::make_unique<polyhost_record>();
  polyhost_thread thread{};
  std::array<double, passes> costs{};
  for (double& cost : costs) {
    const double with = ticks_per_call(*scratch, thread, true);
    cost = std::max(0.0, with - ticks_per_call(*scratch, thread, false));
  }
  std::nth_element(costs.begin(), costs.begin() + passes / 2, costs.end());
  return costs[passes / 2];
}

}  // namespace polyhost::record
