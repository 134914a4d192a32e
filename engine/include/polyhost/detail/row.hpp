// A row of a report: one function in one direction, in nanoseconds. Not the record (abi.h), which is live and
// counts in ticks. No Python.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/detail/estimate.hpp>
#include <polyhost/snapshot.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace polyhost::detail {

using row = record::Function;

struct row_number {
  const char* name;
  std::uint64_t row::*value;
};

// The numbers by their names: the one list that the JSON report, Python's snapshots and __polyhost__ are made
// from. Other tools read them in this order: names and order stay, new names go to the end.
inline constexpr std::array row_numbers{row_number{"calls", &row::calls},
                                        row_number{"errors", &row::errors},
                                        row_number{"python_ns", &row::python_ns},
                                        row_number{"native_ns", &row::native_ns},
                                        row_number{"crossing_ns", &row::crossing_ns},
                                        row_number{"convert_in_ns", &row::convert_in_ns},
                                        row_number{"convert_out_ns", &row::convert_out_ns},
                                        row_number{"gil_wait_ns", &row::gil_wait_ns},
                                        row_number{"min_ns", &row::min_ns},
                                        row_number{"max_ns", &row::max_ns},
                                        row_number{"p50_ns", &row::p50_ns},
                                        row_number{"p99_ns", &row::p99_ns},
                                        row_number{"self_ns", &row::self_ns},
                                        row_number{"lost", &row::lost},
                                        row_number{"timed", &row::timed},
                                        row_number{"split", &row::split},
                                        row_number{"standard_error_ns", &row::standard_error_ns}};

static_assert(sizeof(row) == 3 * sizeof(std::string) + 3 * sizeof(std::vector<record::Bucket>) +
                                 (2 + row_numbers.size()) * sizeof(std::uint64_t),
              "a number of row is missing in the list above");

// A copy of a record that other threads may be counting in: with the GIL held, or where Python does without
// one.
polyhost_record copy_record(const polyhost_record& live);

// The row of a record, whose calls so far are `totals`: without its name and module.
row make_row(const polyhost_record& counts, const totals& totals, polyhost_direction direction,
             double ns_per_tick);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/row.hpp>
#endif
