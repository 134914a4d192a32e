// Limits on what crossings may cost, one line each, checked when a run has ended:
//
//   kernels.*: calls <= 1e5, crossing <= 5%, p99 <= 20us
//
// Before the colon stands a pattern of qualified names, with *, ? and [...] as in a shell; each function that
// it matches must keep to all limits after it. A limit is one of calls, errors, lost (numbers); python,
// native, self, crossing (sums), per-call (crossing a call), p50, p99, max (of the Python side) (times: a
// number and ns, us, ms or s); or crossing as a share of the outer side (a number and %).
#pragma once

#include "record/snapshot.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyhost::report {

struct Limit {
  enum class Unit : std::uint8_t { number, nanoseconds, percent };
  std::string measure;
  double most = 0;
  Unit unit = Unit::number;
  std::string text;  // "p99 <= 20us"
};

struct Budget {
  std::string pattern;
  std::vector<Limit> limits;
};

// Throws std::invalid_argument, with one sentence, for a line that is none.
Budget read_budget(std::string_view line);

// All lines of a text but empty ones and those that begin with #. As read_budget; the sentence has the line's
// number.
std::vector<Budget> read_budgets(std::string_view text);

// A sentence for each function and limit that it does not keep to; with `is_breach` false, for what could not
// be checked: times where no call was timed, and a pattern that no function matches, which may be a slip.
struct Finding {
  std::string text;
  bool is_breach = true;
};
std::vector<Finding> check(const std::vector<Budget>& budgets, const record::Snapshot& snapshot);

}  // namespace polyhost::report
