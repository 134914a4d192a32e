// Running the measuring part of a call by itself.
#include "record/cost.h"

#include <polyhost/detail/tick.hpp>
#include <polyhost/detail/timed_crossing.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace polyhost::record {

namespace {

constexpr int calls_per_pass = 1000;
constexpr int passes = 9;

// What a call with arguments does besides the call.
void measured_call(polyhost_record& scratch, polyhost_thread& thread) {
  detail::inbound_crossing c(detail::tick(), thread);
  c.begin_inner();
  c.end_inner();
  c.end(scratch, /*failed=*/false);
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
