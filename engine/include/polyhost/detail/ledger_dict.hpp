// A ledger as a Python value: one shape for polyhost's own and for that of plain python3.
#pragma once

#include <Python.h>
#include <polyhost/detail/row.hpp>
#include <polyhost/object.hpp>

#include <cstdint>

namespace polyhost::detail {

// What stands beside the rows. The texts are static.
struct ledger_head {
  const char* host;  // polyhost_table.host
  std::uint64_t wall_ns;
  const char* clock_source;
  double ns_per_tick;
  double resolution_ns;
  std::uint64_t lost;
  const char* timing;
};

// {"name": str, "direction": str, the row_numbers: int, "histogram" and "native_histogram": ((from_ns, to_ns,
// calls), ...), "sites": ((file, line, function, calls), ...), "signature": str, "has_batch" and
// "releases_gil": bool}. Needs the GIL; throws python_error.
object row_as_dict(const object& name, const row& numbers);

// {the fields of the head by their names, "functions": list}. Needs the GIL; throws python_error.
object ledger_as_dict(const ledger_head& head, const object& functions);

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/ledger_dict.hpp>
#endif
