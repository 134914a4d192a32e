// The schema polyhost.report/1. Other tools read it: names and order stay, new names go to the end.
#include "report/json.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace polyhost::report {
namespace {

using nlohmann::ordered_json;

double finite(double number) { return std::isfinite(number) ? number : 0.0; }

ordered_json clock(const record::Clock& c) {
  return {{"source", c.source},
          {"ns_per_tick", finite(c.ns_per_tick)},
          {"resolution_ns", finite(c.resolution_ns)}};
}

ordered_json function(const record::Function& f) {
  return {{"name", f.name},
          {"direction", f.direction == record::Direction::outbound ? "outbound" : "inbound"},
          {"calls", f.calls},
          {"errors", f.errors},
          {"python_ns", f.python_ns},
          {"native_ns", f.native_ns},
          {"crossing_ns", f.crossing_ns},
          {"convert_in_ns", f.convert_in_ns},
          {"convert_out_ns", f.convert_out_ns},
          {"gil_wait_ns", f.gil_wait_ns},
          {"min_ns", f.min_ns},
          {"max_ns", f.max_ns},
          {"p50_ns", f.p50_ns},
          {"p99_ns", f.p99_ns},
          {"self_ns", f.self_ns},
          {"lost", f.lost}};
}

}  // namespace

std::string json(const record::Snapshot& snapshot) {
  auto functions = ordered_json::array();
  for (const record::Function& f : snapshot.functions) functions.push_back(function(f));
  const ordered_json report = {{"schema", "polyhost.report/1"},
                               {"script", snapshot.script},
                               {"wall_ns", snapshot.wall_ns},
                               {"clock", clock(snapshot.clock)},
                               {"cost", {{"per_call_ns", finite(snapshot.cost_per_call_ns)}}},
                               {"lost", snapshot.lost},
                               {"functions", std::move(functions)}};
  return report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace polyhost::report
