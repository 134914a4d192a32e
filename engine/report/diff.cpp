// Rows are matched by name and direction, and compared by the outer side of a call: all that it takes.
#include "report/diff.h"

#include "report/rank_test.h"
#include "report/sides.h"
#include "report/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace polyhost::report {
namespace {

using record::Function;
using record::Snapshot;

constexpr std::size_t enough_runs = 4;  // on each side: the fewest with which the test can find anything
constexpr double significant = 0.05;
constexpr double notable = 0.1;  // of the time of a call, where nothing can be tested

// One function in all runs of a set in which it was called.
struct Samples {
  std::vector<double> calls;
  std::vector<double> per_call;  // ns
  std::vector<double> crossing;  // ns a call
};

struct Change {
  std::string name;
  record::Direction direction = record::Direction::inbound;
  Samples before;
  Samples after;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void add(const Function& f, Samples& to) {
  const auto timed = static_cast<double>(timed_calls(f));
  to.calls.push_back(static_cast<double>(f.calls));
  if (f.timed == 0 || timed == 0) return;  // its time is unknown
  to.per_call.push_back(static_cast<double>(outer_side(f)) / timed);
  to.crossing.push_back(static_cast<double>(f.crossing_ns) / timed);
}

std::vector<Change> matched(const std::vector<Snapshot>& before, const std::vector<Snapshot>& after) {
  std::map<std::pair<std::string, record::Direction>, Change> found;
  const auto collect = [&](const std::vector<Snapshot>& runs, Samples Change::*side) {
    for (const Snapshot& run : runs) {
      for (const Function& f : run.functions) {
        Change& change = found[{f.name, f.direction}];
        change.name = f.name;
        change.direction = f.direction;
        add(f, change.*side);
      }
    }
  };
  collect(before, &Change::before);
  collect(after, &Change::after);
  std::vector<Change> all;
  all.reserve(found.size());
  for (auto& [key, change] : found) all.push_back(std::move(change));
  return all;
}

double total(const Samples& s) { return median(s.calls) * median(s.per_call); }

bool on_both_sides(const Change& c) { return !c.before.per_call.empty() && !c.after.per_call.empty(); }
// Times shorter than a picosecond are none.
double ratio(const Change& c) {
  return std::max(median(c.after.per_call), 1e-3) / std::max(median(c.before.per_call), 1e-3);
}

std::optional<double> probability(const Change& c) {
  if (std::min(c.before.per_call.size(), c.after.per_call.size()) < enough_runs) return std::nullopt;
  return rank_test(c.before.per_call, c.after.per_call);
}

bool is_change(const Change& c) {
  if (!on_both_sides(c) || ratio(c) == 1) return false;
  if (const std::optional<double> p = probability(c)) return *p < significant;
  return std::abs(ratio(c) - 1) > notable;
}

std::string times(double value) { return fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + "x"; }
std::string count(double value) { return fixed(value, 0); }
std::string ns(double value) { return duration(value, ""); }

constexpr std::size_t columns = 9;
using Row = std::array<std::string, columns>;
const Row titles = {"function",        "calls before", "after", "a call before", "after", "ratio",
                    "crossing before", "after",        "p"};

Row row(const Change& c) {
  Row r;
  r.fill("-");
  r[0] = printable(c.name) + (c.direction == record::Direction::outbound ? " (outbound)" : "");
  const auto side = [&](const Samples& s, std::size_t at) {
    if (!s.calls.empty()) r[1 + at] = count(median(s.calls));
    if (s.per_call.empty()) return;
    r[3 + at] = ns(median(s.per_call));
    r[6 + at] = ns(median(s.crossing));
  };
  side(c.before, 0);
  side(c.after, 1);
  if (on_both_sides(c)) r[5] = times(ratio(c));
  if (const std::optional<double> p = probability(c)) r[8] = *p < 0.001 ? "<0.001" : fixed(*p, 3);
  return r;
}

std::string aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (const Row& r : rows)
    for (std::size_t at = 0; at < columns; ++at) widths[at] = std::max(widths[at], width(r[at]));
  std::string text;
  for (const Row& r : rows) {
    text += r[0] + std::string(widths[0] - width(r[0]), ' ');
    for (std::size_t at = 1; at < columns; ++at)
      text += std::string(2 + widths[at] - width(r[at]), ' ') + r[at];
    text += "\n";
  }
  return text;
}

// "kernels.fib is slower: 60.1ns a call, not 41.2ns (1.46x, p 0.029)"
std::string sentence(const Change& c) {
  const std::optional<double> p = probability(c);
  return printable(c.name) + (ratio(c) > 1 ? " is slower: " : " is faster: ") + ns(median(c.after.per_call)) +
         " a call, not " + ns(median(c.before.per_call)) + " (" + times(ratio(c)) +
         (p ? ", p " + (*p < 0.001 ? "<0.001" : fixed(*p, 3)) : "") + ")\n";
}

std::string wall(const std::vector<Snapshot>& set) {
  std::vector<double> times(set.size());
  std::transform(set.begin(), set.end(), times.begin(),
                 [](const Snapshot& s) { return static_cast<double>(s.wall_ns); });
  return duration(median(std::move(times)), " ");
}

std::string runs(const std::vector<Snapshot>& set) {
  return std::to_string(set.size()) + (set.size() == 1 ? " run of " : " runs of ") +
         (set.front().script.empty() ? "(no script)" : printable(set.front().script));
}

}  // namespace

std::string diff(const std::vector<Snapshot>& before, const std::vector<Snapshot>& after) {
  if (before.empty() || after.empty()) throw std::invalid_argument("there is no report to compare with");
  std::vector<Change> changes = matched(before, after);
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::abs(total(a.after) - total(a.before)) > std::abs(total(b.after) - total(b.before));
  });
  std::string text = "polyhost report: " + runs(before) + " before, " + runs(after) + " after; wall " +
                     wall(before) + " before, " + wall(after) + " after\n\n";
  std::vector<Row> rows{titles};
  for (const Change& c : changes) rows.push_back(row(c));
  text += changes.empty() ? "no function was called in any of them\n" : aligned(rows);
  std::string sentences;
  for (const Change& c : changes) sentences += is_change(c) ? sentence(c) : "";
  text += "\n" + (sentences.empty() ? "nothing is slower or faster\n" : sentences);
  if (std::min(before.size(), after.size()) < enough_runs)
    text += "what differs by a tenth and more is named: with four runs and more on each side, it is tested\n";
  return text;
}

}  // namespace polyhost::report
