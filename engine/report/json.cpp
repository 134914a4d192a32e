// The schema polyhost.report/1. Other tools read it: names and order stay, new names go to the end. Those of
// a row stand in polyhost/detail/row.hpp.
#include "report/json.h"

#include "report/advice.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace polyhost::report {
namespace {

using nlohmann::ordered_json;

double finite(double number) { return std::isfinite(number) ? number : 0.0; }

ordered_json known(double cost) { return std::isfinite(cost) ? ordered_json(cost) : ordered_json(nullptr); }

ordered_json clock(const record::Clock& c) {
  return {{"source", c.source},
          {"ns_per_tick", finite(c.ns_per_tick)},
          {"resolution_ns", finite(c.resolution_ns)}};
}

ordered_json histogram(const std::vector<record::Bucket>& buckets) {
  auto made = ordered_json::array();
  for (const record::Bucket& bucket : buckets) made.push_back({bucket.from_ns, bucket.to_ns, bucket.calls});
  return made;
}

ordered_json function(const record::Function& f) {
  ordered_json row = {{"name", f.name}, {"direction", text(f.direction)}};
  for (const auto& [name, value] : detail::row_numbers) row[name] = f.*value;
  row["histogram"] = histogram(f.histogram);
  row["native_histogram"] = histogram(f.native_histogram);
  auto& sites = row["sites"] = ordered_json::array();
  for (const record::CallSite& site : f.sites)
    sites.push_back(
        {{"file", site.file}, {"line", site.line}, {"function", site.function}, {"calls", site.calls}});
  row["signature"] = f.signature;
  row["has_batch"] = f.has_batch;
  row["releases_gil"] = f.releases_gil;
  row["one_sided"] = f.one_sided;
  return row;
}

ordered_json all(const std::vector<record::Function>& functions) {
  auto rows = ordered_json::array();
  for (const record::Function& f : functions) rows.push_back(function(f));
  return rows;
}

// Of calls that were kept one by one; null if none were to be.
ordered_json trace(const record::Snapshot& s) {
  if (!s.traced) return nullptr;
  return {{"calls", s.trace_events}, {"dropped", s.trace_dropped}};
}

ordered_json advice(const record::Snapshot& s) {
  auto all = ordered_json::array();
  for (const Advice& a : advise(s)) {
    all.push_back(
        {{"rule", text(a.rule)}, {"function", a.function}, {"text", a.text}, {"saves_ns", a.saves_ns}});
  }
  return all;
}

ordered_json processes(const record::Snapshot& s) {
  auto all = ordered_json::array();
  for (const record::Process& p : s.processes) {
    all.push_back({{"pid", p.pid},
                   {"parent_pid", p.parent_pid},
                   {"script", p.script},
                   {"state", p.state},
                   {"wall_ns", p.wall_ns},
                   {"calls", p.calls},
                   {"native_ns", p.native_ns},
                   {"crossing_ns", p.crossing_ns}});
  }
  return all;
}

}  // namespace

std::string json(const record::Snapshot& snapshot) {
  auto regions = ordered_json::array();
  for (const record::Region& r : snapshot.regions) {
    regions.push_back(
        {{"name", r.name}, {"entered", r.entered}, {"wall_ns", r.wall_ns}, {"functions", all(r.functions)}});
  }
  const ordered_json report = {{"schema", "polyhost.report/1"},
                               {"script", snapshot.script},
                               {"wall_ns", snapshot.wall_ns},
                               {"clock", clock(snapshot.clock)},
                               {"cost",
                                {{"per_call_ns", known(snapshot.cost.per_call_ns)},
                                 {"per_split_ns", known(snapshot.cost.per_split_ns)},
                                 {"call_site_ns", known(snapshot.cost.call_site_ns)},
                                 {"python_operation_ns", known(snapshot.cost.python_operation_ns)},
                                 {"batch_call_ns", known(snapshot.cost.batch_call_ns)},
                                 {"batch_item_ns", known(snapshot.cost.batch_item_ns)}}},
                               {"lost", snapshot.lost},
                               {"functions", all(snapshot.functions)},
                               {"timing", snapshot.timing},
                               {"threads", snapshot.threads},
                               {"regions", std::move(regions)},
                               {"call_sites", snapshot.call_sites_exact ? "exact" : "sampled"},
                               {"trace", trace(snapshot)},
                               {"advice", advice(snapshot)},
                               {"processes", processes(snapshot)},
                               {"processes_unread", snapshot.processes_unread}};
  return report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace polyhost::report
