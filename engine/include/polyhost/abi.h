// The binary contract between a plugin and the ledger it reports to: plain C, no Python.
// Not the way to write a plugin: that is native.hpp. Append-only: a field never moves and never
// changes its meaning within one major version (tests/boundary/abi_layout.cpp holds it in place).
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POLYHOST_ABI_MAJOR 1
#define POLYHOST_ABI_MINOR 3

// Durations below 2^POLYHOST_HISTOGRAM_FLOOR ticks share one bucket that is not stored: it holds
// what `weights`, `whole` and `whole_long` leave over. Above it every power of two has
// POLYHOST_HISTOGRAM_STEPS buckets.
#define POLYHOST_HISTOGRAM_FLOOR 6
#define POLYHOST_HISTOGRAM_STEP_BITS 3
#define POLYHOST_HISTOGRAM_STEPS (1 << POLYHOST_HISTOGRAM_STEP_BITS)
#define POLYHOST_HISTOGRAM_BUCKETS ((64 - POLYHOST_HISTOGRAM_FLOOR) * POLYHOST_HISTOGRAM_STEPS)

// A call whose outer side takes at least so many ticks is long.
#define POLYHOST_LONG_CALL 1024

enum polyhost_direction {
  POLYHOST_INBOUND = 0,   // Python calls native: outer is the Python side, inner the native side
  POLYHOST_OUTBOUND = 1,  // native calls Python: outer is the native side, inner the Python side
};

enum polyhost_clock {
  POLYHOST_CLOCK_MONOTONIC = 0,  // clock_gettime(CLOCK_MONOTONIC), a tick is 1 ns
  POLYHOST_CLOCK_COUNTER = 1,    // the processor's counter: TSC on x86-64, CNTVCT_EL0 on aarch64
};

// How much of a call is timed. A call's split into its two sides takes four ticks, its whole two.
enum polyhost_timing {
  POLYHOST_TIMING_EXACT = 0,    // the whole of every call; the split too, but of one in 16 of the short ones
  POLYHOST_TIMING_FULL = 1,     // the split of every call
  POLYHOST_TIMING_SAMPLED = 2,  // every call is counted; of the short ones, one in 64 is split
  POLYHOST_TIMING_OFF = 3,      // nothing is counted
};
#define POLYHOST_TIMING_COUNT 4

// Calls that were split and picked at random to stand for those around them that were not. Since 1.2.
typedef struct polyhost_sample {
  uint64_t calls;
  uint64_t outer;
  uint64_t inner;
  uint64_t convert_in;
  uint64_t gil_wait;
  uint64_t nested;
  double outer_squares;  // sum of the squares of the outer sides
  uint64_t short_calls;  // those of them that were not long, and their sums
  uint64_t short_outer;
  uint64_t short_inner;
  uint64_t short_convert_in;
} polyhost_sample;

// What the ledger knows of one function in one direction. Written by the plugin with the GIL held;
// owned by the ledger and never freed. Durations are in ticks.
// The counts from `outer` to `nested`, and `calls`, are of the calls that were split. All calls are calls +
// whole + whole_long + counted; all timed ones are those without `counted` and `lost`.
typedef struct polyhost_record {
  uint64_t calls;       // those that were split, failed ones too; before 1.2 all were
  uint64_t errors;      // calls that ended in an exception, of all calls
  uint64_t lost;        // calls counted but not timed, because a tick moved backwards
  uint64_t outer;       // sum of the outer side
  uint64_t inner;       // sum of the inner side
  uint64_t convert_in;  // sum of what lies before the inner side, waits for the GIL excepted
  uint64_t gil_wait;    // sum of waits to get the GIL
  uint64_t nested;      // sum of the outer sides of crossings made directly from the inner side
  uint64_t min;         // shortest Python side, of all timed calls; UINT64_MAX while there is none
  uint64_t max;         // longest Python side
  uint64_t
      histogram[POLYHOST_HISTOGRAM_BUCKETS];  // Python sides; a call that stands for others counts for them

  // Since 1.2.
  uint64_t until_split;       // how many calls that need not be split come before the next that is
  uint64_t whole;             // short calls of which only the whole was timed, failed ones too
  uint64_t whole_outer;       // sum of their outer sides
  uint64_t whole_long;        // calls that turned out long, and of which only the whole was timed
  uint64_t whole_long_outer;  // sum of their outer sides
  uint64_t counted;           // calls that were counted, and not timed
  uint64_t weights;           // how often the calls that were split have entered the histogram
  uint64_t next_is_sample;    // 1 if that next one is picked at random; 0 if calls are split anyway
  polyhost_sample sample;

  // Since 1.3.
  uint64_t native_histogram[POLYHOST_HISTOGRAM_BUCKETS];  // native sides of the calls that were split; one
                                                          // that was picked counts for those it stands for
  uint64_t native_weights;  // how often calls have entered it; the bucket that is not stored holds the rest
  uint64_t until_look;      // how many inbound calls are split before `look` is called for the next
} polyhost_record;

// One registered function, so that the ledger can change what a call of it does. Since 1.2. Made by the
// plugin, never freed.
typedef struct polyhost_function {
  polyhost_record* record;
  void (**slot)(void);  // where Python looks up what it calls; written with the GIL held
  void (*entry_points[POLYHOST_TIMING_COUNT])(void);  // by polyhost_timing
  struct polyhost_function* next;                     // the ledger's
} polyhost_function;

// The top bit of polyhost_thread.nested: this thread is inside a native function.
#define POLYHOST_INSIDE (UINT64_C(1) << 63)

// What the boundary keeps for one thread. Other threads and signal handlers may read it at any time.
typedef struct polyhost_thread {
  uint64_t nested;  // outer sides of the crossings this thread has ended since its current one began;
                    // only differences have a meaning, and that two values of it are equal: no crossing
                    // has ended and no native function has begun in between
} polyhost_thread;

// What a ledger offers to plugins. Reached through the capsule POLYHOST_CAPSULE.
typedef struct polyhost_table {
  uint32_t major;           // POLYHOST_ABI_MAJOR of the ledger
  uint32_t minor;           // POLYHOST_ABI_MINOR of the ledger
  const char* host;         // who keeps the ledger, with its version: "polyhost 0.1.0"
  uint32_t clock;           // the polyhost_clock that every plugin must use
  uint32_t reserved;        // zero
  ptrdiff_t thread_offset;  // from a thread's thread pointer to its polyhost_thread; 0: ask thread()
  // The record of module.name, made on first request, the same one ever after; NULL without memory.
  // Needs the GIL.
  polyhost_record* (*record)(const char* module, const char* name, uint32_t direction);
  polyhost_thread* (*thread)(void);  // the calling thread's state
  // Since 1.1. Not 0 if a KeyboardInterrupt waits until the main thread leaves the native function that it is
  // in. Any thread may ask, without the GIL. NULL where nobody knows.
  int (*interrupt_waits)(void);
  // Since 1.2. Where the process's polyhost_timing stands; it may change while the GIL is held.
  const uint32_t* timing;
  // Since 1.2. Takes a function in, and sets its entry point now and whenever the timing changes. Needs the
  // GIL.
  void (*add_function)(polyhost_function*);
  // Since 1.3. NULL, or called at the end of each timed call, after it has entered its record: with the four
  // ticks of a call that was split (`converted` and `returned` are 0 for others), and with its waits for the
  // GIL, which come after the inner side of an inbound call and first of all in an outbound one. Needs the
  // GIL.
  void (*observe)(polyhost_record* record, uint64_t entry, uint64_t converted, uint64_t returned,
                  uint64_t exit, uint64_t gil_wait, uint32_t failed);
  // Since 1.3. Called at the end of an inbound call that was split when `until_look` of its record is 0; sets
  // it. Needs the GIL.
  void (*look)(polyhost_record* record);
  // Since 1.3. Says what a function of that record is: its signature, as in "(x: float) -> float", and
  // POLYHOST_TRAIT bits. Copies the text. Needs the GIL.
  void (*describe)(polyhost_record* record, const char* signature, uint32_t traits);
} polyhost_table;

#define POLYHOST_TRAIT_BATCH 1U         // it has a batch form
#define POLYHOST_TRAIT_RELEASES_GIL 2U  // its body runs without the GIL

#define POLYHOST_CAPSULE_MODULE "_polyhost"
#define POLYHOST_CAPSULE_ATTRIBUTE "table"
#define POLYHOST_CAPSULE "_polyhost.table"

#ifdef __cplusplus
}
#endif
