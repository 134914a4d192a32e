// From the live ledger to a snapshot (polyhost/snapshot.hpp), which all reports are made from. No Python.
// Not the ledger (ledger.h), which is live and counts in ticks.
#pragma once

#include "base/clock.h"

#include <polyhost/abi.h>
#include <polyhost/detail/row.hpp>
#include <polyhost/snapshot.hpp>

#include <string>

namespace polyhost::record {

// The same as calibrated, in ticks.
struct CostInTicks {
  double per_call = Cost::unknown;
  double per_split = Cost::unknown;
  double call_site = Cost::unknown;
  double python_operation = Cost::unknown;
  double batch_call = Cost::unknown;
  double batch_item = Cost::unknown;
};

class Ledger;

// Copies the ledger as it is now. `start` is the moment that wall_ns counts from. Calls under way are not in
// it.
Snapshot take_snapshot(const Ledger& ledger, const base::Moment& start, std::string script,
                       polyhost_timing timing, const CostInTicks& cost, bool call_sites_exact = false);

}  // namespace polyhost::record
