// Running the measuring part of a call by itself.
#include "record/cost.h"

#include <polyhost/detail/tick.hpp>
#include <polyhost/detail/timed_crossing.hpp>
#include <polyhost/detail/timing.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace polyhost::record {

namespace {

constexpr int calls_per_pass = 1000;
constexpr int passes = 9;

struct Scratch {
  polyhost_record record{};
  polyhost_thread thread{};
};

// What a call with arguments does besides the call, if it is split, if its whole is timed, if it is counted.
void split_call(Scratch& s) {
  detail::inbound_crossing c(detail::tick(), s.thread);
  c.begin_inner();
  c.end_inner();
  c.end(s.record, /*failed=*/false, /*weight=*/1);
}

void whole_call(Scratch& s) {
  detail::whole_crossing c(detail::tick(), s.thread);
  --s.record.until_split;
  c.end(s.record);
}

void counted_call(Scratch& s) {
  --s.record.until_split;
  ++s.record.counted;
}

void nothing(Scratch&) {}

template <class Call>
double ticks_per_call(Scratch& s, Call call) {
  const std::uint64_t start = detail::tick();
  for (int i = 0; i < calls_per_pass; ++i) {
    call(s);
    detail::pin(i);
  }
  return static_cast<double>(detail::tick() - start) / calls_per_pass;
}

template <class Call>
double cost_of(Scratch& s, Call call) {
  std::array<double, passes> costs{};
  for (double& cost : costs) cost = std::max(0.0, ticks_per_call(s, call) - ticks_per_call(s, nothing));
  std::nth_element(costs.begin(), costs.begin() + passes / 2, costs.end());
  return costs[passes / 2];
}

// One call in `period` is split, the others cost `otherwise`.
double mixed(double split, double otherwise, unsigned period) {
  return (split + otherwise * (period - 1)) / period;
}

}  // namespace

MeasuringCost measure_cost(polyhost_timing timing) {
  const auto s = std::make_unique<Scratch>();
  MeasuringCost cost;
  cost.per_split = cost_of(*s, split_call);
  switch (timing) {
    case POLYHOST_TIMING_EXACT:
      cost.per_call = mixed(cost.per_split, cost_of(*s, whole_call), detail::exact_period);
      break;
    case POLYHOST_TIMING_FULL:
      cost.per_call = cost.per_split;
      break;
    case POLYHOST_TIMING_SAMPLED:
      cost.per_call = mixed(cost.per_split, cost_of(*s, counted_call), detail::sampled_period);
      break;
    case POLYHOST_TIMING_OFF:
      break;
  }
  return cost;
}

}  // namespace polyhost::record
