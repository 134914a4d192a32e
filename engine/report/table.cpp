// From a snapshot to lines of text: escaped names, scaled numbers, columns, and what stands around them.
#include "report/table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

namespace polyhost::report {
namespace {

using record::Function;
using record::Snapshot;

constexpr std::size_t line_width = 110;
constexpr std::size_t gap = 2;  // blanks between two columns

constexpr std::array<std::string_view, 11> titles = {"function", "direction", "calls", "errors",
                                                     "Python",   "native",    "total", "per call",
                                                     "share",    "p50",       "p99"};
using Row = std::array<std::string, titles.size()>;
using Widths = std::array<std::size_t, titles.size()>;

// Titles over neighbouring columns.
struct Group {
  std::string_view title;
  std::size_t first, last;
};
constexpr std::array<Group, 3> groups = {{{"side", 4, 5}, {"crossing", 6, 8}, {"Python side", 9, 10}}};

struct Decoded {
  char32_t point;      // or the first byte, where the bytes are not UTF-8
  std::size_t length;  // in bytes; 0 where they are not UTF-8
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {first, 0};
  char32_t point = first & (0x7FU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return {first, 0};
    point = point << 6 | (byte(at) & 0x3FU);
  }
  constexpr std::array<char32_t, 3> least = {0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < least[length - 2] || point > 0x10FFFF || surrogate) return {first, 0};
  return {point, length};
}

// Controls, and what is invisible or turns the direction of a line.
bool disturbs(char32_t p) {
  return p < 0x20 || (p >= 0x7F && p <= 0x9F) || p == 0xAD || p == 0x61C || (p >= 0x200B && p <= 0x200F) ||
         (p >= 0x2028 && p <= 0x202E) || (p >= 0x2060 && p <= 0x206F) || p == 0xFEFF;
}

std::string escape(char32_t value, bool is_byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text = is_byte ? "\\x" : "\\u";
  for (int shift = is_byte ? 4 : 12; shift >= 0; shift -= 4) text += hex[value >> shift & 0xFU];
  return text;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    if (length == 0 || disturbs(point)) {
      out += escape(point, length <= 1);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

// In code points.
std::size_t width(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string blanks(std::size_t wanted, std::size_t used = 0) { return std::string(wanted - used, ' '); }

// Not printf: it writes a decimal comma where the script has set such a locale.
std::string fixed(double value, int decimals) {
  std::array<char, 32> text{};
  char* const end = text.data() + text.size();
  return {text.data(), std::to_chars(text.data(), end, value, std::chars_format::fixed, decimals).ptr};
}

// Three significant digits and the unit that fits.
std::string duration(double ns, std::string_view before_unit) {
  constexpr std::array<std::string_view, 4> units = {"ns", "us", "ms", "s"};
  if (!(ns >= 0 && ns <= 0x1p64)) return "unknown";
  std::size_t unit = 0;
  for (; ns >= 999.5 && unit + 1 < units.size(); ++unit) ns /= 1000;
  int decimals = ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : ns >= 0.9995 ? 2 : 3;
  if (unit == 0 && ns == std::floor(ns)) decimals = 0;
  const bool too_small = ns > 0 && ns < 0.0005;
  return (too_small ? "<0.001" : fixed(ns, decimals)).append(before_unit).append(units[unit]);
}

std::string cell(std::uint64_t ns) { return duration(static_cast<double>(ns), ""); }
std::string phrase(double ns) { return duration(ns, " "); }

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent > 0 && percent < 0.005) return "<0.01%";
  return fixed(percent, percent >= 99.95 ? 0 : percent >= 9.995 ? 1 : 2) + "%";
}

bool outbound(const Function& f) { return f.direction == record::Direction::outbound; }
std::uint64_t outer_side(const Function& f) { return outbound(f) ? f.native_ns : f.python_ns; }
std::uint64_t inner_side(const Function& f) { return outbound(f) ? f.python_ns : f.native_ns; }

Row row(const Function& f) {
  Row r;
  r.fill(std::string(1, '-'));  // a literal here makes gcc 12 warn of an overlap that cannot be
  r[0] = printable(f.name);
  r[1] = outbound(f) ? "outbound" : "inbound";
  r[2] = std::to_string(f.calls);
  r[3] = std::to_string(f.errors);
  if (f.lost >= f.calls) return r;  // nothing was timed, and zeros would say otherwise
  r[4] = cell(f.python_ns);
  r[5] = cell(f.native_ns);
  r[6] = cell(f.crossing_ns);
  r[7] = duration(static_cast<double>(f.crossing_ns) / static_cast<double>(f.calls), "");
  r[8] = share(f.crossing_ns, outer_side(f));
  r[9] = cell(f.p50_ns);
  r[10] = cell(f.p99_ns);
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
    for (const Row& r : all) widths[at] = std::max(widths[at], at == 0 ? 0 : r[at].size());
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
    text += blanks(gap) + blanks(widths[at], r[at].size()) + r[at];
  return text + "\n";
}

std::string header(const Widths& widths) {
  std::string over;
  for (const Group& g : groups) {
    over += blanks(span(widths, 0, g.first - 1) + gap, over.size());
    over.append(g.title).append(" ");
    over += std::string(span(widths, g.first, g.last) - g.title.size() - 1, '-');
  }
  Row names;
  std::copy(titles.begin(), titles.end(), names.begin());
  return over + "\n" + line(widths, names);
}

std::string footer(const Snapshot& s) {
  std::string text = "cost of measuring: " + phrase(s.cost_per_call_ns) + " per call (clock " +
                     printable(s.clock.source) + ", resolution " + phrase(s.clock.resolution_ns) +
                     "); lost: ";
  text += s.lost == 0 ? "nothing" : std::to_string(s.lost) + (s.lost == 1 ? " call" : " calls");
  if (s.lost != 0) text += " counted but not timed";
  const bool nested = std::any_of(s.functions.begin(), s.functions.end(),
                                  [](const Function& f) { return inner_side(f) != f.self_ns; });
  return text + (nested ? "\nnested crossings count in every row they pass through\n" : "\n");
}

}  // namespace

std::string table(const Snapshot& s) {
  const std::string script = s.script.empty() ? "(no script)" : printable(s.script);
  const std::string wall = phrase(static_cast<double>(s.wall_ns));
  const auto called = [](const Function& f) { return f.calls > 0; };
  if (std::none_of(s.functions.begin(), s.functions.end(), called)) {
    return "polyhost report: " + script + " made no crossing in " + wall + ".\n";
  }
  const std::vector<Row> all = rows(s);
  const Widths widths = fit(all);
  std::string text = "polyhost report: " + script + ", wall " + wall + "\n\n" + header(widths);
  for (const Row& r : all) text += line(widths, r);
  return text + "\n" + footer(s);
}

}  // namespace polyhost::report
