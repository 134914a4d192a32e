// From a snapshot to lines of text: rows, columns, and what stands around them.
#include "report/table.h"

#include "report/advice.h"
#include "report/sides.h"
#include "report/text.h"
#include "report/wall.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace polyhost::report {
namespace {

using record::Function;
using record::Snapshot;

constexpr std::size_t usual_width = 128;  // of a line in a file
constexpr std::size_t least_room = 24;    // for names
constexpr std::size_t gap = 2;            // blanks between two columns

constexpr std::array<std::string_view, 12> titles = {"function",    "direction",   "calls",    "errors",
                                                     "Python side", "native side", "crossing", "per call",
                                                     "share",       "p50",         "p99",      "split"};
constexpr std::size_t share_column = 8;
// Where there is not room for all, these are left out, the first one first.
constexpr std::array<std::size_t, 9> dispensable = {11, 9, 1, 3, 10, 5, 4, 8, 7};
using Row = std::array<std::string, titles.size()>;
using Widths = std::array<std::size_t, titles.size()>;  // 0: the column is left out

std::string blanks(std::size_t wanted, std::size_t used = 0) { return std::string(wanted - used, ' '); }

std::string cell(std::uint64_t ns) { return duration(static_cast<double>(ns), ""); }
std::string phrase(double ns) { return duration(ns, " "); }
std::string phrase(std::uint64_t ns) { return phrase(static_cast<double>(ns)); }

bool outbound(const Function& f) { return f.direction == record::Direction::outbound; }

// How a text looks on a terminal: parameters of the sequence "select graphic rendition".
struct Look {
  static constexpr std::string_view plain{};
  static constexpr std::string_view heading = "1";  // bold
  static constexpr std::string_view aside = "2";    // faint
  static constexpr std::string_view dear = "1;31";  // bold red
  static constexpr std::string_view costly = "33";  // yellow
};

std::string painted(std::string text, std::string_view look, bool coloured) {
  if (!coloured || look.empty()) return text;
  if (text.ends_with('\n')) return painted(text.substr(0, text.size() - 1), look, true) + "\n";
  return "\x1b[" + std::string(look) + "m" + std::move(text) + "\x1b[0m";
}

// Of the column that says whether a call pays.
std::string_view look_of_share(const Function& f) {
  const double part =
      static_cast<double>(f.crossing_ns) / static_cast<double>(std::max<std::uint64_t>(outer_side(f), 1));
  return part >= 0.5 ? Look::dear : part >= 0.2 ? Look::costly : Look::plain;
}

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
  if (f.one_sided) {
    r[4] = cell(f.python_ns);
    r[9] = cell(f.p50_ns);
    r[10] = cell(f.p99_ns);
    r[11] = "one side";
    return r;
  }
  r[4] = outbound(f) ? cell(f.python_ns) : with_error(cell(f.python_ns), f);
  r[5] = outbound(f) ? with_error(cell(f.native_ns), f) : cell(f.native_ns);
  r[6] = cell(f.crossing_ns);
  r[7] = duration(static_cast<double>(f.crossing_ns) / static_cast<double>(timed_calls(f)), "");
  r[8] = share(f.crossing_ns, outer_side(f));
  r[9] = cell(f.p50_ns);
  r[10] = cell(f.p99_ns);
  r[11] = split(f);
  return r;
}

// From the first of some columns to the last, with the gaps between them.
std::size_t span(const Widths& widths, std::size_t first, std::size_t last) {
  std::size_t sum = 0;
  for (std::size_t at = first; at <= last; ++at) sum += widths[at] == 0 ? 0 : widths[at] + gap;
  return std::max(sum, gap) - gap;
}

// Wide enough for every cell, except for names that would push the line beyond its width.
Widths fit(const std::vector<Row>& all, std::optional<std::size_t> terminal_width) {
  Widths widths;
  std::size_t longest_name = 0;
  for (const Row& r : all) longest_name = std::max(longest_name, width(r[0]));
  for (std::size_t at = 0; at < titles.size(); ++at) {
    widths[at] = std::max<std::size_t>(titles[at].size(), 6);
    for (const Row& r : all) widths[at] = std::max(widths[at], at == 0 ? 0 : width(r[at]));
  }
  widths[0] = std::max(widths[0], std::min(longest_name, least_room));
  for (const std::size_t column : dispensable)
    if (span(widths, 0, titles.size() - 1) > terminal_width.value_or(SIZE_MAX)) widths[column] = 0;
  const std::size_t others = gap + span(widths, 1, titles.size() - 1);
  const std::size_t line = terminal_width.value_or(usual_width);
  const std::size_t room = std::max(line - std::min(others, line), least_room);
  for (const Row& r : all) {
    if (width(r[0]) <= room) widths[0] = std::max(widths[0], width(r[0]));
  }
  return widths;
}

// A name that does not fit has a line of its own, above its numbers.
std::string line(const Widths& widths, const Row& r, std::string_view share_look = "") {
  const bool fits = width(r[0]) <= widths[0];
  std::string text = r[0] + (fits ? "" : "\n") + blanks(widths[0], fits ? width(r[0]) : 0);
  if (widths[1] != 0) text += blanks(gap) + r[1] + blanks(widths[1], r[1].size());
  for (std::size_t at = 2; at < r.size(); ++at) {
    if (widths[at] == 0) continue;
    text += blanks(gap) + blanks(widths[at], width(r[at]));
    text += painted(r[at], at == share_column ? share_look : "", !share_look.empty());
  }
  return text + "\n";
}

std::string header(const Widths& widths) {
  Row names;
  std::copy(titles.begin(), titles.end(), names.begin());
  return line(widths, names);
}

std::string left_out(const Widths& widths) {
  std::string names;
  for (std::size_t at = 0; at < titles.size(); ++at)
    if (widths[at] == 0) names.append(names.empty() ? "" : ", ").append(titles[at]);
  return names.empty() ? "" : "left out: " + names + "; a wider terminal and --report=table:FILE show all\n";
}

// "Python 800 ms (65.1%), native 300 ms (24.4%), crossing 130 ms (10.6%)"
std::string where_the_time_went(const Snapshot& s) {
  const Wall wall = split_wall(s);
  const auto part = [&](const char* name, std::uint64_t ns) {
    return name + phrase(ns) + (wall.python_known ? " (" + share(ns, s.wall_ns) + ")" : "");
  };
  const std::string boundary = part("native ", wall.native_ns) + part(", crossing ", wall.crossing_ns);
  if (!wall.python_known) {
    const char* whole = !s.processes.empty() ? ", over all processes" : s.threads ? ", over all threads" : "";
    return boundary + whole + "; Python's part is unknown";
  }
  const bool partly =
      s.lost > 0 || std::any_of(s.functions.begin(), s.functions.end(),
                                [](const Function& f) { return f.timed + f.lost < f.calls && f.timed == 0; });
  return part(partly ? "Python and what was not timed " : "Python ", wall.python_ns) + ", " + boundary;
}

std::string footer(const Snapshot& s) {
  std::string text = "cost of measuring: " + phrase(s.cost.per_split_ns) + " per split call, else " +
                     phrase(s.cost.per_call_ns) + " per call (clock " + printable(s.clock.source) +
                     ", resolution " + phrase(s.clock.resolution_ns) + "); lost: ";
  text += s.lost == 0 ? "nothing" : std::to_string(s.lost) + (s.lost == 1 ? " call" : " calls");
  if (s.lost != 0) text += " counted but not timed";
  if (s.traced) {
    text += "\ntrace: " + std::to_string(s.trace_events) + " calls kept, ";
    text += s.trace_dropped == 0 ? "none dropped"
                                 : "the " + std::to_string(s.trace_dropped) + " before them dropped";
  }
  const bool nested = std::any_of(s.functions.begin(), s.functions.end(),
                                  [](const Function& f) { return inner_side(f) != f.self_ns; });
  text += "\nthe interpreter's own time around an inbound call, in no row: " + phrase(s.cost.call_site_ns) +
          " per call";
  if (std::any_of(s.functions.begin(), s.functions.end(), outbound))
    text +=
        "\nthe Python side of an outbound call is its vectorcall: entering the Python function belongs to it";
  if (std::any_of(s.functions.begin(), s.functions.end(), [](const Function& f) { return f.one_sided; }))
    text +=
        "\none side: not polyhost's, and timed from outside; what it takes without the Python code that it "
        "calls counts as native above";
  return text + (nested ? "\nnested crossings count in every row they pass through\n" : "\n");
}

// Of native functions that are not polyhost's, a script calls too many to read of.
bool is_worth_a_row(const Function& f, const Snapshot& s) {
  return !f.one_sided || f.self_ns >= s.wall_ns / 1000;
}

std::string rows_left_out(const Snapshot& s) {
  const auto count = std::count_if(s.functions.begin(), s.functions.end(),
                                   [&](const Function& f) { return !is_worth_a_row(f, s); });
  if (count == 0) return "";
  return "left out: " + std::to_string(count) +
         " rows of one side, each less than 0.1% of the wall time; --report=html:FILE has them\n";
}

// The functions that have rows, in their order.
std::vector<Function> shown(const Snapshot& s, const TableStyle& style) {
  std::vector<Function> order = sorted(s.functions, style.order);
  std::erase_if(order, [&](const Function& f) { return !is_worth_a_row(f, s); });
  return order;
}

// Where the time went, and the rows.
std::string section(const Snapshot& s, const TableStyle& style) {
  const std::vector<Function> order = shown(s, style);
  std::vector<Row> all(order.size());
  std::transform(order.begin(), order.end(), all.begin(), row);
  const Widths widths = fit(all, style.terminal_width);
  std::string text = where_the_time_went(s) + "\n\n" + painted(header(widths), Look::heading, style.coloured);
  for (std::size_t i = 0; i < all.size(); ++i)
    text += line(widths, all[i], style.coloured ? look_of_share(order[i]) : Look::plain);
  return text + painted(left_out(widths), Look::aside, style.coloured) +
         painted(rows_left_out(s), Look::aside, style.coloured);
}

// "script.py:14 in main 98.0%, helpers.py:3 in add 2.00%"
std::string called_from(const Function& f) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(f.sites.size(), shown); ++i) {
    const record::CallSite& site = f.sites[i];
    const std::string place = site.file.empty() ? "elsewhere"
                                                : printable(site.file) + ":" + std::to_string(site.line) +
                                                      " in " + printable(site.function);
    text += (i == 0 ? "" : ", ") + place + " " + share(site.calls, f.calls);
  }
  if (f.sites.size() > shown) text += ", and " + std::to_string(f.sites.size() - shown) + " more lines";
  return text;
}

// The lines of Python that call the functions.
std::string call_sites(const Snapshot& s, const TableStyle& style) {
  std::string text;
  for (const Function& f : shown(s, style))
    if (!f.sites.empty()) text += "  " + printable(f.name) + ": " + called_from(f) + "\n";
  if (text.empty()) return text;
  return "\n" + painted("called from", Look::heading, style.coloured) +
         (s.call_sites_exact ? "\n" : " (looked at for some of the calls)\n") + text;
}

// "4711 (from 4700) worker.py, ended: wall 1.20 s, 1000 calls, native 8.88 us, crossing 134 us"
std::string line(const record::Process& p) {
  std::string text = "  " + std::to_string(p.pid) + " (from " + std::to_string(p.parent_pid) + ") " +
                     (p.script.empty() ? "(no script)" : printable(p.script)) + ", " + printable(p.state) +
                     ": ";
  if (p.wall_ns != 0) text += "wall " + phrase(p.wall_ns) + ", ";
  return text + std::to_string(p.calls) + (p.calls == 1 ? " call" : " calls") + ", native " +
         phrase(p.native_ns) + ", crossing " + phrase(p.crossing_ns) + "\n";
}

// The processes whose counts the rows add up, those with the most calls first.
std::string processes(const Snapshot& s, const TableStyle& style) {
  constexpr std::size_t shown = 20;
  if (s.processes.empty()) return "";
  std::vector<record::Process> order = s.processes;
  const auto by_calls = [](const record::Process& a, const record::Process& b) { return a.calls > b.calls; };
  std::stable_sort(order.begin() + 1, order.end(), by_calls);
  std::string text = "\n" + painted("processes", Look::heading, style.coloured) + "\n";
  std::size_t lines = 0;
  for (const record::Process& p : order)
    if (lines < shown && (lines == 0 || p.calls != 0)) text += line(p), ++lines;
  if (order.size() > lines)
    text += "  and " + std::to_string(order.size() - lines) + " with fewer calls, or none\n";
  if (s.processes_unread != 0)
    text += "  and " + std::to_string(s.processes_unread) +
            " that could not be read, or found no room: their calls are not counted\n";
  return text;
}

std::string advice(const Snapshot& s, const TableStyle& style) {
  std::string text;
  for (const Advice& a : advise(s)) text += "  " + a.text + "\n";
  return text.empty() ? text : "\n" + painted("advice", Look::heading, style.coloured) + "\n" + text;
}

// "region parse: entered 3 times, wall 1.20 s"
std::string region_section(const Snapshot& s, const record::Region& region, const TableStyle& style) {
  Snapshot part = s;
  part.wall_ns = region.wall_ns;
  part.functions = region.functions;
  part.lost = 0;
  for (const Function& f : region.functions) part.lost += f.lost;
  const std::string times = region.entered == 1 ? "once" : std::to_string(region.entered) + " times";
  return painted("region " + printable(region.name), Look::heading, style.coloured) + ": entered " + times +
         ", wall " + phrase(region.wall_ns) + "\n" +
         (region.functions.empty() ? "no crossing\n" : section(part, style));
}

}  // namespace

std::string table(const Snapshot& s, const TableStyle& style) {
  const std::string script = s.script.empty() ? "(no script)" : printable(s.script);
  const std::string wall = phrase(s.wall_ns);
  const auto called = [](const Function& f) { return f.calls > 0; };
  if (std::none_of(s.functions.begin(), s.functions.end(), called)) {
    return "polyhost report: " + script + " made no crossing in " + wall +
           (s.timing == "off" ? ", or none that was counted: timing is off" : "") + ".\n";
  }
  const std::string timing = s.timing == "exact" ? "" : ", timing " + printable(s.timing);
  std::string text = painted("polyhost report: " + script, Look::heading, style.coloured) + ", wall " + wall +
                     timing + "\n" + section(s, style);
  for (const record::Region& region : s.regions) text += "\n" + region_section(s, region, style);
  text += processes(s, style) + call_sites(s, style) + advice(s, style);
  return text + "\n" + painted(footer(s), Look::aside, style.coloured);
}

}  // namespace polyhost::report
