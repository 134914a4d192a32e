// From a snapshot to lines of text: rows, columns, and what stands around them.
#include "report/table.h"

#include "report/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

namespace polyhost::report {
namespace {

using record::Function;
using record::Snapshot;

constexpr std::size_t line_width = 128;
constexpr std::size_t gap = 2;  // blanks between two columns

constexpr std::array<std::string_view, 12> titles = {"function",    "direction",   "calls",    "errors",
                                                     "Python side", "native side", "crossing", "per call",
                                                     "share",       "p50",         "p99",      "split"};
using Row = std::array<std::string, titles.size()>;
using Widths = std::array<std::size_t, titles.size()>;

std::string blanks(std::size_t wanted, std::size_t used = 0) { return std::string(wanted - used, ' '); }

std::string cell(std::uint64_t ns) { return duration(static_cast<double>(ns), ""); }
std::string phrase(double ns) { return duration(ns, " "); }

bool outbound(const Function& f) { return f.direction == record::Direction::outbound; }
std::uint64_t outer_side(const Function& f) { return outbound(f) ? f.native_ns : f.python_ns; }
std::uint64_t inner_side(const Function& f) { return outbound(f) ? f.python_ns : f.native_ns; }

// How the split into the two sides was obtained.
std::string split(const Function& f) {
  if (f.split + f.lost == f.calls) return "every call";
  return "1/" + std::to_string((f.calls + f.split / 2) / std::max<std::uint64_t>(f.split, 1));
}

// The outer side is an estimate where not every call was timed.
std::string with_error(std::string cell, const Function& f) {
  if (f.standard_error_ns != 0) cell += "±" + share(f.standard_error_ns, outer_side(f));
  return cell;
}

Row row(const Function& f) {
  Row r;
  r.fill("-");
  r[0] = printable(f.name);
  r[1] = record::text(f.direction);
  r[2] = std::to_string(f.calls);
  r[3] = std::to_string(f.errors);
  if (f.timed == 0) return r;  // nothing was timed, and zeros would say otherwise
  r[4] = outbound(f) ? cell(f.python_ns) : with_error(cell(f.python_ns), f);
  r[5] = outbound(f) ? with_error(cell(f.native_ns), f) : cell(f.native_ns);
  r[6] = cell(f.crossing_ns);
  r[7] = duration(static_cast<double>(f.crossing_ns) / static_cast<double>(f.calls - f.lost), "");
  r[8] = share(f.crossing_ns, outer_side(f));
  r[9] = cell(f.p50_ns);
  r[10] = cell(f.p99_ns);
  r[11] = split(f);
  return r;
}

std::vector<Row> rows(const Snapshot& snapshot) {
  std::vector<Function> order = snapshot.functions;
  std::stable_sort(order.begin(), order.end(), [](const Function& a, const Function& b) {
    return a.crossing_ns != b.crossing_ns ? a.crossing_ns > b.crossing_ns : a.name < b.name;
  });
  std::vector<Row> all(order.size());
  std::transform(order.begin(), order.end(), all.begin(), row);
  return all;
}

// From the first of some columns to the last, with the gaps between them.
std::size_t span(const Widths& widths, std::size_t first, std::size_t last) {
  const auto at = [&](std::size_t column) { return widths.begin() + static_cast<std::ptrdiff_t>(column); };
  return std::accumulate(at(first), at(last + 1), gap * (last - first));
}

// Wide enough for every cell, except for names that would push the line beyond line_width.
Widths fit(const std::vector<Row>& all) {
  Widths widths;
  for (std::size_t at = 0; at < titles.size(); ++at) {
    widths[at] = std::max<std::size_t>(titles[at].size(), 6);
    for (const Row& r : all) widths[at] = std::max(widths[at], at == 0 ? 0 : width(r[at]));
  }
  const std::size_t others = gap + span(widths, 1, titles.size() - 1);
  const std::size_t room = std::max<std::size_t>(line_width - std::min(others, line_width), 24);
  for (const Row& r : all) {
    if (width(r[0]) <= room) widths[0] = std::max(widths[0], width(r[0]));
  }
  return widths;
}

// A name that does not fit has a line of its own, above its numbers.
std::string line(const Widths& widths, const Row& r) {
  const bool fits = width(r[0]) <= widths[0];
  std::string text = r[0] + (fits ? "" : "\n") + blanks(widths[0], fits ? width(r[0]) : 0);
  text += blanks(gap) + r[1] + blanks(widths[1], r[1].size());
  for (std::size_t at = 2; at < r.size(); ++at)
    text += blanks(gap) + blanks(widths[at], width(r[at])) + r[at];
  return text + "\n";
}

std::string header(const Widths& widths) {
  Row names;
  std::copy(titles.begin(), titles.end(), names.begin());
  return line(widths, names);
}

std::string footer(const Snapshot& s) {
  std::string text = "cost of measuring: " + phrase(s.cost.per_split_ns) + " per split call, else " +
                     phrase(s.cost.per_call_ns) + " per call (clock " + printable(s.clock.source) +
                     ", resolution " + phrase(s.clock.resolution_ns) + "); lost: ";
  text += s.lost == 0 ? "nothing" : std::to_string(s.lost) + (s.lost == 1 ? " call" : " calls");
  if (s.lost != 0) text += " counted but not timed";
  const bool nested = std::any_of(s.functions.begin(), s.functions.end(),
                                  [](const Function& f) { return inner_side(f) != f.self_ns; });
  text += "\nthe interpreter's own time around an inbound call, in no row: " + phrase(s.cost.call_site_ns) +
          " per call";
  if (std::any_of(s.functions.begin(), s.functions.end(), outbound))
    text +=
        "\nthe Python side of an outbound call is its vectorcall: entering the Python function belongs to it";
  return text + (nested ? "\nnested crossings count in every row they pass through\n" : "\n");
}

}  // namespace

std::string table(const Snapshot& s) {
  const std::string script = s.script.empty() ? "(no script)" : printable(s.script);
  const std::string wall = phrase(static_cast<double>(s.wall_ns));
  const auto called = [](const Function& f) { return f.calls > 0; };
  if (std::none_of(s.functions.begin(), s.functions.end(), called)) {
    return "polyhost report: " + script + " made no crossing in " + wall +
           (s.timing == "off" ? ", or none that was counted: timing is off" : "") + ".\n";
  }
  const std::vector<Row> all = rows(s);
  const Widths widths = fit(all);
  const std::string timing = s.timing == "exact" ? "" : ", timing " + printable(s.timing);
  std::string text = "polyhost report: " + script + ", wall " + wall + timing + "\n\n" + header(widths);
  for (const Row& r : all) text += line(widths, r);
  return text + "\n" + footer(s);
}

}  // namespace polyhost::report
