// Keeping every timed call (record/trace.h), for a trace or a time line.
#pragma once

#include "record/trace.h"

#include <polyhost/abi.h>

#include <cstddef>
#include <cstdint>

namespace polyhost::boundary {

// Before the first use of table(). Throws std::bad_alloc.
void start_trace(std::size_t events_per_thread);

// Null if none was started. Its events may be read when no thread runs Python any more.
const record::Trace* trace();

// As polyhost_table::observe: keeps the call. Needs the GIL.
void trace_call(polyhost_record* record, std::uint64_t entry, std::uint64_t converted, std::uint64_t returned,
                std::uint64_t exit, std::uint64_t gil_wait, std::uint32_t failed);

}  // namespace polyhost::boundary
