// Reading the schema polyhost.report/1.
#include "report/read_json.h"

#include <polyhost/detail/row.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace polyhost::report {
namespace {

using nlohmann::json;

template <class T>
void read(const json& from, const char* name, T& into) {
  const auto found = from.find(name);
  if (found != from.end() && !found->is_null()) found->get_to(into);
}

// A count or a time: other numbers would be what no report says.
void read(const json& from, const char* name, std::uint64_t& into) {
  const auto found = from.find(name);
  if (found == from.end()) return;
  if (!found->is_number_unsigned())
    throw std::invalid_argument(std::string("it is a damaged report: ") + name +
                                " is no whole number from 0 on");
  into = found->get<std::uint64_t>();
}

std::vector<record::Bucket> histogram(const json& from, const char* name) {
  std::vector<std::array<std::uint64_t, 3>> numbers;
  read(from, name, numbers);
  std::vector<record::Bucket> made;
  made.reserve(numbers.size());
  for (const auto& [from_ns, to_ns, calls] : numbers) made.push_back({from_ns, to_ns, calls});
  return made;
}

std::vector<record::CallSite> sites(const json& from) {
  std::vector<record::CallSite> made;
  if (!from.contains("sites")) return made;
  for (const json& one : from.at("sites").get_ref<const json::array_t&>()) {
    record::CallSite& site = made.emplace_back();
    read(one, "file", site.file);
    read(one, "line", site.line);
    read(one, "function", site.function);
    read(one, "calls", site.calls);
  }
  return made;
}

record::Function function(const json& from) {
  record::Function f;
  from.get_ref<const json::object_t&>();  // throws for what is none
  read(from, "name", f.name);
  std::string direction;
  read(from, "direction", direction);
  f.direction = direction == text(record::Direction::outbound) ? record::Direction::outbound
                                                               : record::Direction::inbound;
  for (const auto& [name, value] : detail::row_numbers) read(from, name, f.*value);
  f.lost = std::min(f.lost, f.calls);
  f.histogram = histogram(from, "histogram");
  f.native_histogram = histogram(from, "native_histogram");
  f.sites = sites(from);
  read(from, "signature", f.signature);
  read(from, "has_batch", f.has_batch);
  read(from, "releases_gil", f.releases_gil);
  read(from, "one_sided", f.one_sided);
  return f;
}

std::vector<record::Function> functions(const json& from) {
  std::vector<record::Function> all;
  for (const json& row : from.at("functions").get_ref<const json::array_t&>()) all.push_back(function(row));
  return all;
}

std::vector<record::Process> processes(const json& from) {
  std::vector<record::Process> all;
  if (!from.contains("processes")) return all;
  for (const json& one : from.at("processes").get_ref<const json::array_t&>()) {
    record::Process& p = all.emplace_back();
    read(one, "pid", p.pid);
    read(one, "parent_pid", p.parent_pid);
    read(one, "script", p.script);
    read(one, "state", p.state);
    read(one, "wall_ns", p.wall_ns);
    read(one, "calls", p.calls);
    read(one, "native_ns", p.native_ns);
    read(one, "crossing_ns", p.crossing_ns);
  }
  return all;
}

record::Snapshot snapshot(const json& from) {
  record::Snapshot s;
  read(from, "script", s.script);
  read(from, "wall_ns", s.wall_ns);
  read(from, "lost", s.lost);
  read(from, "timing", s.timing);
  read(from, "threads", s.threads);
  if (const auto clock = from.find("clock"); clock != from.end()) {
    read(*clock, "source", s.clock.source);
    read(*clock, "ns_per_tick", s.clock.ns_per_tick);
    read(*clock, "resolution_ns", s.clock.resolution_ns);
  }
  if (const auto cost = from.find("cost"); cost != from.end()) {
    read(*cost, "per_call_ns", s.cost.per_call_ns);
    read(*cost, "per_split_ns", s.cost.per_split_ns);
    read(*cost, "call_site_ns", s.cost.call_site_ns);
    read(*cost, "python_operation_ns", s.cost.python_operation_ns);
    read(*cost, "batch_call_ns", s.cost.batch_call_ns);
    read(*cost, "batch_item_ns", s.cost.batch_item_ns);
  }
  std::string call_sites;
  read(from, "call_sites", call_sites);
  s.call_sites_exact = call_sites == "exact";
  if (const auto trace = from.find("trace"); trace != from.end() && !trace->is_null()) {
    s.traced = true;
    read(*trace, "calls", s.trace_events);
    read(*trace, "dropped", s.trace_dropped);
  }
  s.functions = functions(from);
  s.processes = processes(from);
  read(from, "processes_unread", s.processes_unread);
  if (from.contains("regions")) {
    for (const json& one : from.at("regions").get_ref<const json::array_t&>()) {
      record::Region region;
      read(one, "name", region.name);
      read(one, "entered", region.entered);
      read(one, "wall_ns", region.wall_ns);
      region.functions = functions(one);
      s.regions.push_back(std::move(region));
    }
  }
  return s;
}

}  // namespace

record::Snapshot read_json(const std::string& text) {
  try {
    const json report = json::parse(text);
    const std::string schema = report.is_object() ? report.value("schema", "") : "";
    if (schema != "polyhost.report/1")
      throw std::invalid_argument(
          schema.empty() ? "it is no report of polyhost's: make one with --report=json:FILE"
                         : "its schema is " + schema + ", but this polyhost reads polyhost.report/1");
    return snapshot(report);
  } catch (const json::parse_error&) {
    throw std::invalid_argument("it is not JSON: make a report with --report=json:FILE");
  } catch (const json::exception& error) {
    throw std::invalid_argument(std::string("it is a damaged report: ") + error.what());
  }
}

}  // namespace polyhost::report
