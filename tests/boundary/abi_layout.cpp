// The layout of the plugin contract, frozen: this file only has to compile. A line here may be added, never
// changed.
#include <polyhost/abi.h>

#include <cstddef>

static_assert(POLYHOST_ABI_MAJOR == 1);

static_assert(offsetof(polyhost_record, calls) == 0);
static_assert(offsetof(polyhost_record, errors) == 8);
static_assert(offsetof(polyhost_record, lost) == 16);
static_assert(offsetof(polyhost_record, outer) == 24);
static_assert(offsetof(polyhost_record, inner) == 32);
static_assert(offsetof(polyhost_record, convert_in) == 40);
static_assert(offsetof(polyhost_record, gil_wait) == 48);
static_assert(offsetof(polyhost_record, nested) == 56);
static_assert(offsetof(polyhost_record, min) == 64);
static_assert(offsetof(polyhost_record, max) == 72);
static_assert(offsetof(polyhost_record, histogram) == 80);
static_assert(POLYHOST_HISTOGRAM_FLOOR == 6);
static_assert(POLYHOST_HISTOGRAM_STEPS == 8);
static_assert(POLYHOST_HISTOGRAM_BUCKETS == 464);

static_assert(offsetof(polyhost_thread, nested) == 0);
static_assert(POLYHOST_INSIDE == 0x8000'0000'0000'0000);

static_assert(offsetof(polyhost_table, major) == 0);
static_assert(offsetof(polyhost_table, minor) == 4);
static_assert(offsetof(polyhost_table, host) == 8);
static_assert(offsetof(polyhost_table, clock) == 16);
static_assert(offsetof(polyhost_table, reserved) == 20);
static_assert(offsetof(polyhost_table, thread_offset) == 24);
static_assert(offsetof(polyhost_table, record) == 32);
static_assert(offsetof(polyhost_table, thread) == 40);
static_assert(offsetof(polyhost_table, interrupt_waits) == 48);

static_assert(POLYHOST_INBOUND == 0 && POLYHOST_OUTBOUND == 1);
static_assert(POLYHOST_CLOCK_MONOTONIC == 0 && POLYHOST_CLOCK_COUNTER == 1);
