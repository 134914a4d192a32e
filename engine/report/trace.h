// Trace events in the JSON format that chrome://tracing and Perfetto's UI open: every call as a slice on the
// track of its thread, with the sides within it that were timed.
#pragma once

#include "record/ledger.h"
#include "record/trace.h"

#include <polyhost/snapshot.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace polyhost::report {

// Takes the next piece of a text; false: it cannot take more.
using Sink = std::function<bool(std::string_view)>;

// The events of a run that began at `start`, in ticks, and is told by `snapshot`. False if the sink did not
// take all. Published as "Trace Event Format" by the Chromium project.
bool write_trace(const record::Trace& trace, const record::Ledger& ledger, const record::Snapshot& snapshot,
                 std::uint64_t start, std::int64_t process, const Sink& sink);

}  // namespace polyhost::report
