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
static_assert(offsetof(polyhost_record, until_split) == 3792);
static_assert(offsetof(polyhost_record, whole) == 3800);
static_assert(offsetof(polyhost_record, whole_outer) == 3808);
static_assert(offsetof(polyhost_record, whole_long) == 3816);
static_assert(offsetof(polyhost_record, whole_long_outer) == 3824);
static_assert(offsetof(polyhost_record, counted) == 3832);
static_assert(offsetof(polyhost_record, weights) == 3840);
static_assert(offsetof(polyhost_record, next_is_sample) == 3848);
static_assert(offsetof(polyhost_record, sample) == 3856);
static_assert(offsetof(polyhost_record, native_histogram) == 3944);
static_assert(offsetof(polyhost_record, native_weights) == 7656);
static_assert(offsetof(polyhost_record, until_look) == 7664);
static_assert(POLYHOST_LONG_CALL == 1024);
static_assert(offsetof(polyhost_sample, calls) == 0);
static_assert(offsetof(polyhost_sample, outer) == 8);
static_assert(offsetof(polyhost_sample, inner) == 16);
static_assert(offsetof(polyhost_sample, convert_in) == 24);
static_assert(offsetof(polyhost_sample, gil_wait) == 32);
static_assert(offsetof(polyhost_sample, nested) == 40);
static_assert(offsetof(polyhost_sample, outer_squares) == 48);
static_assert(offsetof(polyhost_sample, short_calls) == 56);
static_assert(offsetof(polyhost_sample, short_outer) == 64);
static_assert(offsetof(polyhost_sample, short_inner) == 72);
static_assert(offsetof(polyhost_sample, short_convert_in) == 80);
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
static_assert(offsetof(polyhost_table, timing) == 56);
static_assert(offsetof(polyhost_table, add_function) == 64);
static_assert(offsetof(polyhost_table, observe) == 72);
static_assert(offsetof(polyhost_table, look) == 80);
static_assert(offsetof(polyhost_table, describe) == 88);
static_assert(POLYHOST_TRAIT_BATCH == 1 && POLYHOST_TRAIT_RELEASES_GIL == 2);

static_assert(offsetof(polyhost_function, record) == 0);
static_assert(offsetof(polyhost_function, slot) == 8);
static_assert(offsetof(polyhost_function, entry_points) == 16);
static_assert(offsetof(polyhost_function, next) == 48);

static_assert(POLYHOST_TIMING_EXACT == 0 && POLYHOST_TIMING_FULL == 1);
static_assert(POLYHOST_TIMING_SAMPLED == 2 && POLYHOST_TIMING_OFF == 3);
static_assert(POLYHOST_INBOUND == 0 && POLYHOST_OUTBOUND == 1);
static_assert(POLYHOST_CLOCK_MONOTONIC == 0 && POLYHOST_CLOCK_COUNTER == 1);
