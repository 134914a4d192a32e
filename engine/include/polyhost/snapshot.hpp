// What the ledger knows of all functions at one moment, in nanoseconds: an immutable copy that reports are
// made from. Plain structs, without Python. A program that embeds the engine gets one from engine.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace polyhost::record {

enum class Direction : std::uint8_t { inbound, outbound };

constexpr std::string_view text(Direction direction) {
  return direction == Direction::outbound ? "outbound" : "inbound";
}

// Where the ticks of a snapshot came from.
struct Clock {
  std::string source;          // "tsc", "cntvct" or "clock_gettime"
  double ns_per_tick = 1.0;    // measured over the run
  double resolution_ns = 0.0;  // the smallest step seen between two different readings
};

// What measuring adds to one call. Not numbers where it was not measured.
struct Cost {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  double per_call_ns = unknown;   // to a short one, in the timing mode of the snapshot
  double per_split_ns = unknown;  // to one that takes all four ticks
  double call_site_ns = unknown;  // what the interpreter spends around an inbound call: it is in no row
  // For comparison, not added to anything.
  double python_operation_ns = unknown;  // an addition of two ints, in a loop of Python
  double batch_call_ns = unknown;        // a call of f.batch, whatever it is given
  double batch_item_ns = unknown;        // and an item of the list that it is given, without f's own work
};

// Calls whose Python side took at least from_ns and less than to_ns.
struct Bucket {
  std::uint64_t from_ns = 0;
  std::uint64_t to_ns = 0;
  std::uint64_t calls = 0;
};

// A line of Python that calls a function.
struct CallSite {
  std::string file;  // as Python names it; empty: all lines beyond the first thousand
  int line = 0;
  std::string function;     // that the line belongs to, qualified: "Class.method", "<module>"
  std::uint64_t calls = 0;  // an estimate unless each call was looked at
};

// One function in one direction. Sums are over all calls; where not every call was timed, or split into its
// two sides, they are estimates without bias. A call that made nested crossings counts them in its own sums
// too, except in self_ns.
struct Function {
  std::string name;  // qualified: module.function, or module.function(parameter) for a callback
  Direction direction = Direction::inbound;
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;          // calls that ended in an exception, part of `calls`
  std::uint64_t lost = 0;            // calls counted but not timed
  std::uint64_t python_ns = 0;       // inbound: the outer side; outbound: the inner side
  std::uint64_t native_ns = 0;       // inbound: the inner side; outbound: the outer side
  std::uint64_t crossing_ns = 0;     // outer - inner = convert_in_ns + convert_out_ns + gil_wait_ns
  std::uint64_t convert_in_ns = 0;   // before the inner side
  std::uint64_t convert_out_ns = 0;  // after the inner side
  std::uint64_t gil_wait_ns = 0;
  std::uint64_t self_ns = 0;  // the inner side without the crossings made from it
  std::uint64_t min_ns = 0;   // of the Python side, as are the next three
  std::uint64_t max_ns = 0;
  std::uint64_t p50_ns = 0;  // percentiles come from a histogram: within 1/16 of the true value
  std::uint64_t p99_ns = 0;
  std::uint64_t timed = 0;              // calls of which at least the whole was timed
  std::uint64_t split = 0;              // calls that took all four ticks
  std::uint64_t standard_error_ns = 0;  // of the outer side; 0 if every call was timed
  std::vector<Bucket>
      histogram{};       // of the Python side of the timed calls, in order; empty ones are left out
  std::string module{};  // what stands before the function in `name`; in no report
  std::vector<Bucket> native_histogram{};  // the same of the native side, as far as calls were split
  std::vector<CallSite> sites{};           // of an inbound one, the line with the most calls first
  std::string signature{};                 // "(x: float) -> float"; empty if it is not known
  bool has_batch = false;                  // it has a batch form
  bool releases_gil = false;               // its body runs without the GIL
  bool one_sided = false;  // not polyhost's: only the Python side was timed, which then stands for both
};

// A named part of a run: all that the process called while it lasted, each time that it was entered.
struct Region {
  std::string name;
  std::uint64_t entered = 0;        // how often
  std::uint64_t wall_ns = 0;        // all of these together
  std::vector<Function> functions;  // min_ns and max_ns are the ends of histogram buckets
};

// One of several processes of a run.
struct Process {
  std::int64_t pid = 0;
  std::int64_t parent_pid = 0;
  std::string script;
  std::string state;              // "running"; "ended"; "ended at once": by a signal, or by os._exit()
  std::uint64_t wall_ns = 0;      // 0 if it is not known, as of one that was ended at once
  std::uint64_t calls = 0;        // over all functions
  std::uint64_t native_ns = 0;    // within native functions
  std::uint64_t crossing_ns = 0;  // on the way there and back
};

struct Snapshot {
  std::string script;         // what was run: a path, "-c", "-m module", "-" or ""
  std::uint64_t wall_ns = 0;  // since the start of the run or the last reset
  Clock clock;
  std::string timing;  // the mode now: "exact", "full", "sampled" or "off"
  Cost cost;
  std::uint64_t lost = 0;              // calls counted but not timed, over all functions
  bool threads = false;                // more than one thread ran Python: sums may exceed wall_ns
  std::vector<Function> functions;     // that were called at least once, in order of registration
  std::vector<Region> regions{};       // that have ended, in the order in which they first did
  bool call_sites_exact = false;       // each call was looked at
  bool traced = false;                 // calls were kept one by one
  std::uint64_t trace_events = 0;      // so many of them
  std::uint64_t trace_dropped = 0;     // and the oldest ones not, for which there was no room
  std::vector<Process> processes{};    // whose counts these are, the first one first; empty if it is alone
  std::uint64_t processes_unread = 0;  // of the run, that could not be counted
};

}  // namespace polyhost::record
