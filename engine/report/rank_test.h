// Whether two sets of runs differ: the two-sided test of Mann and Whitney, which asks nothing of how times
// are distributed.
#pragma once

#include <vector>

namespace polyhost::report {

// How probable it is that two sets drawn from the same distribution differ in rank at least as much as these
// (0 to 1; 1 for an empty set). Exact, by counting all orders, where no two values are the same and the sets
// have no more than 20 values each; else by the normal distribution, with the correction for ties and for
// continuity. Mann and Whitney, Annals of Mathematical Statistics 18 (1947).
double rank_test(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace polyhost::report
