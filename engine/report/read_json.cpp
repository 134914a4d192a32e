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

record::Function function(const json& from) {
  record::Function f;
  from.get_ref<const json::object_t&>();  // throws for what is none
  read(from, "name", f.name);
  std::string direction;
  read(from, "direction", direction);
  f.direction = direction == text(record::Direction::outbound) ? record::Direction::outbound
                                                               : record::Direction::inbound;
  for (const auto& [name, value] : detail::row_numbers) read(from, name, f.*value);
  std::vector<std::array<std::uint64_t, 3>> histogram;
  read(from, "histogram", histogram);
  f.lost = std::min(f.lost, f.calls);
  for (const auto& [from_ns, to_ns, calls] : histogram) f.histogram.push_back({from_ns, to_ns, calls});
  return f;
}

std::vector<record::Function> functions(const json& from) {
  std::vector<record::Function> all;
  for (const json& row : from.at("functions").get_ref<const json::array_t&>()) all.push_back(function(row));
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
  }
  s.functions = functions(from);
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
