// Forged runs for the trace, and what is written of them.
#pragma once

#include "report/trace.h"
#include "snapshots.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyhost::test {

using nlohmann::json;

inline constexpr std::uint64_t start = 5'000;  // of the run; the ticks below count from there

// A run with the functions m.f, which is given a callback, and m.g; on threads that a test adds. A tick is a
// nanosecond.
struct Scene {
  record::Ledger ledger;
  record::Trace trace{100};
  record::Snapshot snapshot = run("a.py", {});
  polyhost_record* f = &ledger.record("m", "f", POLYHOST_INBOUND);
  polyhost_record* g = &ledger.record("m", "g", POLYHOST_INBOUND);
  polyhost_record* callback = &ledger.record("m", "f(on_end)", POLYHOST_OUTBOUND);

  Scene() { snapshot.clock.ns_per_tick = 1.0; }
  record::Ring& thread(std::int64_t id, std::string name = "worker") {
    return trace.add_thread(id, std::move(name));
  }

  [[nodiscard]] std::string text() const {
    std::string all;
    CHECK(report::write_trace(trace, ledger, snapshot, start, 4711, [&](std::string_view piece) {
      all += piece;
      return true;
    }));
    return all;
  }
  // Throws if it is no JSON.
  [[nodiscard]] json written() const { return json::parse(text()); }
};

inline void split(record::Ring& ring, polyhost_record* record, std::uint64_t entry, std::uint64_t converted,
                  std::uint64_t returned, std::uint64_t exit, std::uint32_t wait = 0, bool failed = false) {
  ring.push({record, start + entry, start + converted, start + returned, start + exit, wait, failed});
}

inline void whole(record::Ring& ring, polyhost_record* record, std::uint64_t entry, std::uint64_t exit,
                  bool failed = false) {
  ring.push({record, start + entry, 0, 0, start + exit, 0, failed});
}

inline long long ns(const json& event, const char* field) {
  return std::llround(event.at(field).get<double>() * 1000);
}

// The slices of a thread as they stand in the file, each "category name begin-end", in nanoseconds.
inline std::string slices(const json& file, std::int64_t thread = 1) {
  std::string all;
  for (const json& event : file.at("traceEvents")) {
    if (event.at("ph") != "X" || event.at("tid") != thread) continue;
    const long long begin = ns(event, "ts");
    all += event.at("cat").get<std::string>() + " " + event.at("name").get<std::string>() + " " +
           std::to_string(begin) + "-" + std::to_string(begin + ns(event, "dur")) +
           (event.contains("args") ? " " + event.at("args").dump() : "") + "\n";
  }
  return all;
}

// The events of one kind.
inline std::vector<json> events(const json& file, std::string_view phase) {
  std::vector<json> all;
  for (const json& event : file.at("traceEvents")) {
    if (event.at("ph") == phase) all.push_back(event);
  }
  return all;
}

}  // namespace polyhost::test
