// U counts the pairs in which the value of the first set is the greater one.
#include "report/rank_test.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

namespace polyhost::report {
namespace {

constexpr std::size_t exact_up_to = 20;

// In how many orders of n and m values each U comes up, of all binomial(n + m, n).
std::vector<double> orders_by_u(std::size_t n, std::size_t m) {
  // counts[i][u]: with i values of the first set and, in turn j, j of the second. The greatest of them is one
  // of the second, or it is one of the first and above those j.
  std::vector<std::vector<double>> counts(n + 1, std::vector<double>(n * m + 1, 0.0));
  for (auto& row : counts) row[0] = 1.0;
  for (std::size_t j = 1; j <= m; ++j)
    for (std::size_t i = 1; i <= n; ++i)
      for (std::size_t u = j; u <= i * j; ++u) counts[i][u] += counts[i - 1][u - j];
  return counts[n];
}

}  // namespace

double rank_test(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return 1.0;
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double u = 0;
  std::map<double, double> times;  // how often each value comes up
  for (const double x : a) {
    ++times[x];
    for (const double y : b) u += x > y ? 1.0 : x == y ? 0.5 : 0.0;
  }
  for (const double y : b) ++times[y];
  const double all = n + m;
  const bool ties = times.size() < a.size() + b.size();
  if (!ties && std::max(a.size(), b.size()) <= exact_up_to) {
    const std::vector<double> counts = orders_by_u(a.size(), b.size());
    double sum = 0;
    double extreme = 0;
    const auto least = static_cast<std::size_t>(std::min(u, n * m - u));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sum += counts[i];
      if (i <= least) extreme += counts[i];
    }
    return std::min(1.0, 2 * extreme / sum);
  }
  double tied = 0;
  for (const auto& [value, count] : times) tied += count * count * count - count;
  const double variance = n * m / 12 * (all + 1 - tied / (all * (all - 1)));
  if (variance <= 0) return 1.0;
  const double z = std::max(0.0, std::abs(u - n * m / 2) - 0.5) / std::sqrt(variance);
  return std::erfc(z / std::sqrt(2.0));
}

}  // namespace polyhost::report
