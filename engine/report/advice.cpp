// One function a rule. None of them guesses: a rule whose numbers were not measured says nothing.
#include "report/advice.h"

#include "report/sides.h"
#include "report/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace polyhost::report {
namespace {

using record::Function;
using record::Snapshot;

// Less of the wall time is not worth a change of the script.
constexpr double worth_a_change = 0.01;
constexpr double many_calls = 1000;
constexpr double unbelievable = 1e18;  // ns, of a damaged report

struct Finding {
  std::string text;
  double saves_ns;
};

// A function's numbers, a call.
struct PerCall {
  explicit PerCall(const Function& f)
      : calls(static_cast<double>(timed_calls(f))),
        outer(static_cast<double>(outer_side(f)) / calls),
        crossing(static_cast<double>(f.crossing_ns) / calls),
        work(static_cast<double>(f.self_ns) / calls),
        convert_in(static_cast<double>(f.convert_in_ns) / calls),
        convert_out(static_cast<double>(f.convert_out_ns) / calls) {}
  double calls;
  double outer;
  double crossing;
  double work;
  double convert_in;
  double convert_out;
};

std::string time(double ns) { return duration(ns, " "); }

// "1,234,567"
std::string count(double number) {
  std::string digits = fixed(number, 0);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

// " from script.py:14", with a share if other lines call it, too; empty if no line is known.
std::string from_where(const Function& f) {
  if (f.sites.empty() || f.sites.front().file.empty()) return "";
  const record::CallSite& site = f.sites.front();
  const std::string line = printable(site.file) + ":" + std::to_string(site.line);
  return f.sites.size() == 1 ? " from " + line : ", " + share(site.calls, f.calls) + " of them from " + line;
}

bool is_short(const Function& f, const PerCall& call) {
  return f.direction == record::Direction::inbound && call.calls >= many_calls && call.crossing > call.work;
}

// Of functions of numbers: what the batch form would have cost.
std::optional<Finding> chatty(const Snapshot& s, const Function& f, const PerCall& call) {
  if (!is_short(f, call) || !std::isfinite(s.cost.call_site_ns)) return std::nullopt;
  const double around = call.crossing + s.cost.call_site_ns;
  std::string text = f.name + " was called " + count(call.calls) + " times" + from_where(f) + ": " +
                     time(around) + " of crossing for " + time(call.work) + " of work. ";
  const double now = (around + call.work) * call.calls;
  if (!f.has_batch || !std::isfinite(s.cost.batch_item_ns)) {
    text += "A function that does the work of many calls in one would save most of " +
            time(around * call.calls) + ".";
    return Finding{text, around * call.calls};
  }
  const double item = call.work + s.cost.batch_item_ns;
  const double batch = s.cost.batch_call_ns + item * call.calls;
  const double saved_by_item = around + call.work - item;
  if (saved_by_item <= 0) return std::nullopt;
  const double pays_from = std::ceil(s.cost.batch_call_ns / saved_by_item);
  text += f.name + ".batch(...) on a list would have cost about " + time(batch) + " instead of " + time(now) +
          " (it pays from " + count(std::max(pays_from, 2.0)) + " items).";
  return Finding{text, now - batch};
}

std::optional<Finding> python_is_as_fast(const Snapshot& s, const Function& f, const PerCall& call) {
  if (!is_short(f, call) || !std::isfinite(s.cost.python_operation_ns)) return std::nullopt;
  const double operation = std::max(s.cost.python_operation_ns, 1.0);
  const double whole = call.outer + s.cost.call_site_ns;
  const double a_tick =
      std::isfinite(s.cost.per_split_ns) ? s.cost.per_split_ns / 4 : 0.0;  // within the work
  if (call.work - a_tick > operation || whole < 1.5 * operation) return std::nullopt;
  return Finding{"A call of " + f.name + " takes " + time(whole) + ", and " + time(call.work) +
                     " of it is work: an addition in Python takes " + time(operation) +
                     ". Where its body stands for fewer than " +
                     count(std::max(std::floor(whole / operation), 2.0)) +
                     " such operations, the loop is faster in Python.",
                 (whole - operation) * call.calls};
}

// True if a parameter of the function is of that type: "(name: TYPE)", "(name: TYPE = default, ...)".
bool takes(const Function& f, std::string_view type) {
  const std::string_view all = f.signature;
  const std::string_view parameters = all.substr(0, all.rfind(" -> "));
  const std::string wanted = ": " + std::string(type);
  for (auto at = parameters.find(wanted); at != std::string_view::npos;
       at = parameters.find(wanted, at + 1)) {
    const std::string_view rest = parameters.substr(at + wanted.size());
    if (rest.empty() || std::string_view(",) ").find(rest.front()) != std::string_view::npos) return true;
  }
  return false;
}

std::optional<Finding> copied_container(const Snapshot&, const Function& f, const PerCall& call) {
  constexpr std::array<std::string_view, 3> numbers{"list[int]", "list[float]", "list[bool]"};
  const auto* const list =
      std::find_if(numbers.begin(), numbers.end(), [&](std::string_view type) { return takes(f, type); });
  // Of both, it cannot be told which one took the time.
  if (list == numbers.end() || takes(f, "str") || call.convert_in < 1000 ||
      call.convert_in < 0.3 * call.outer)
    return std::nullopt;
  return Finding{f.name + " copies the numbers of its " + std::string(*list) +
                     " on every call: " + time(call.convert_in) + " of " + time(call.outer) + ", " +
                     time(call.convert_in * call.calls) + " in all" + from_where(f) +
                     ". A buffer (std::span in C++; array.array or numpy in Python) is read in place.",
                 call.convert_in * call.calls};
}

std::optional<Finding> text_conversion(const Snapshot&, const Function& f, const PerCall& call) {
  const bool in = takes(f, "str") && f.signature.find(": list[") == std::string::npos;
  const bool out = f.signature.ends_with("-> str");
  const double converted = (in ? call.convert_in : 0) + (out ? call.convert_out : 0);
  if (converted < 1000 || converted < 0.3 * call.outer) return std::nullopt;
  const std::string what = in && out ? "its str to UTF-8 and back"
                           : in      ? "its str to UTF-8"
                                     : "its result from UTF-8";
  return Finding{f.name + " spends " + time(converted) + " of " + time(call.outer) + " on converting " +
                     what + ", " + time(converted * call.calls) + " in all" + from_where(f) +
                     ". Bytes (std::span<const std::byte> in C++) cross as they are.",
                 converted * call.calls};
}

std::optional<Finding> holds_gil(const Snapshot& s, const Function& f, const PerCall& call) {
  constexpr double long_body = 1e6;  // CPython lets another thread run every 5 ms
  if (f.direction != record::Direction::inbound || !s.threads || f.releases_gil || f.signature.empty() ||
      call.work < long_body)
    return std::nullopt;
  std::uint64_t waited = 0;
  for (const Function& other : s.functions) waited += other.gil_wait_ns;
  return Finding{
      f.name + " held the GIL for " + time(call.work) + " a call, " + time(call.work * call.calls) +
          " in all, while other threads ran Python" +
          (waited > 0 ? " (native functions waited " + time(static_cast<double>(waited)) + " for it)" : "") +
          ": with polyhost::release_gil they go on meanwhile.",
      call.work * call.calls};
}

std::optional<Finding> callback_per_item(const Snapshot& s, const Function& f, const PerCall& call) {
  const std::string giver = f.name.substr(0, f.name.find('('));
  const auto found = std::find_if(s.functions.begin(), s.functions.end(), [&](const Function& other) {
    return other.direction == record::Direction::inbound && other.name == giver;
  });
  if (f.direction != record::Direction::outbound || found == s.functions.end() || found->calls == 0 ||
      call.calls < many_calls)
    return std::nullopt;
  const double each = call.calls / static_cast<double>(found->calls);
  if (each < 100 || call.crossing < 0.2 * call.outer) return std::nullopt;
  return Finding{giver + " called Python back " + count(call.calls) + " times, " + count(each) +
                     " times a call of it" + from_where(*found) + ": " + time(call.crossing) +
                     " of crossing for " + time(call.work) +
                     " of Python each. A callback that takes many items at once crosses less often.",
                 call.crossing * call.calls};
}

using Check = std::optional<Finding> (*)(const Snapshot&, const Function&, const PerCall&);
constexpr std::array<std::pair<Rule, Check>, 6> checks{{{Rule::chatty, chatty},
                                                        {Rule::python_is_as_fast, python_is_as_fast},
                                                        {Rule::copied_container, copied_container},
                                                        {Rule::text_conversion, text_conversion},
                                                        {Rule::holds_gil, holds_gil},
                                                        {Rule::callback_per_item, callback_per_item}}};

}  // namespace

std::string_view text(Rule rule) {
  constexpr std::array<std::string_view, checks.size()> names{
      "chatty", "python_is_as_fast", "copied_container", "text_conversion", "holds_gil", "callback_per_item"};
  return names[static_cast<std::size_t>(rule)];
}

std::vector<Advice> advise(const Snapshot& snapshot) {
  std::vector<Advice> all;
  const double least = worth_a_change * static_cast<double>(snapshot.wall_ns);
  for (const Function& f : snapshot.functions) {
    if (f.one_sided || f.timed == 0 || timed_calls(f) == 0) continue;
    const PerCall call(f);
    for (const auto& [rule, check] : checks) {
      const std::optional<Finding> found = check(snapshot, f, call);
      if (found && found->saves_ns >= least && found->saves_ns < unbelievable)
        all.push_back({rule, f.name, printable(found->text), static_cast<std::uint64_t>(found->saves_ns)});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Advice& a, const Advice& b) { return a.saves_ns > b.saves_ns; });
  return all;
}

}  // namespace polyhost::report
