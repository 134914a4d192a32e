// The forged snapshots that advice is tested on, each of which one rule speaks of.
#pragma once

#include "report/advice.h"

#include "snapshots.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace polyhost::test::advice {

using record::Direction;
using record::Function;
using record::Snapshot;
using report::Advice;
using report::advise;
using report::Rule;

// So short that all of it is worth a change.
inline Snapshot run(std::vector<Function> functions) {
  Snapshot snapshot = test::run("a.py", std::move(functions));
  snapshot.wall_ns = 1000;
  snapshot.cost = {.call_site_ns = 20, .python_operation_ns = 8, .batch_call_ns = 500, .batch_item_ns = 6};
  return snapshot;
}

// "chatty python_is_as_fast": of all advice, the dearest first.
inline std::string rules(const Snapshot& snapshot) {
  std::string names;
  for (const Advice& a : advise(snapshot)) names += (names.empty() ? "" : " ") + std::string(text(a.rule));
  return names;
}
inline std::string rules(const Function& f) { return rules(run({f})); }

// The only advice.
inline Advice only(const Snapshot& snapshot) {
  const std::vector<Advice> all = advise(snapshot);
  REQUIRE(all.size() == 1);
  CHECK(all.front().function == snapshot.functions.front().name);
  return all.front();
}

// A call crosses in 30 ns and works for `work`, of which an addition in Python takes 8.
inline Function add(std::uint64_t work = 20, std::uint64_t calls = 100'000) {
  Function f = inbound("kernels.add", calls, (30 + work) * calls, work * calls);
  f.signature = "(a: int, b: int) -> int";
  f.has_batch = true;
  return f;
}

// Ten calls of 100 us, of which so many ns convert.
inline Function converting(std::string signature, std::uint64_t in_ns, std::uint64_t out_ns) {
  Function f = inbound("kernels.read", 10, 1'000'000, 1'000'000 - 10 * (in_ns + out_ns));
  f.convert_in_ns = 10 * in_ns;
  f.convert_out_ns = 10 * out_ns;
  f.signature = std::move(signature);
  return f;
}

// Ten calls of 2 ms.
inline Function fit() {
  Function f = inbound("kernels.fit", 10, 20'001'000, 20'000'000);
  f.signature = "(n: int) -> int";
  return f;
}
inline Snapshot threads(Function f) {
  Snapshot snapshot = run({std::move(f)});
  snapshot.threads = true;
  return snapshot;
}

// Callbacks of 60 ns in Python and 40 ns of crossing, and the function that makes them.
inline std::vector<Function> mapping(std::uint64_t callbacks, std::uint64_t givers) {
  Function f = inbound("kernels.map(f)", callbacks, callbacks * 100, callbacks * 60);
  f.direction = Direction::outbound;
  std::swap(f.python_ns, f.native_ns);
  return {f, inbound("kernels.map", givers, givers * 60'000, givers * 50'000)};
}

}  // namespace polyhost::test::advice
