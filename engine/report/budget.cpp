// Reading limits, and comparing a snapshot with them.
#include "report/budget.h"

#include "report/sides.h"
#include "report/text.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace polyhost::report {
namespace {

using record::Function;
using Unit = Limit::Unit;

double number(std::uint64_t value) { return static_cast<double>(value); }

struct Measure {
  std::string_view name;
  Unit unit;
  double (*value)(const Function&);
};
constexpr std::array<Measure, 12> measures = {{
    {"calls", Unit::number, [](const Function& f) { return number(f.calls); }},
    {"errors", Unit::number, [](const Function& f) { return number(f.errors); }},
    {"lost", Unit::number, [](const Function& f) { return number(f.lost); }},
    {"python", Unit::nanoseconds, [](const Function& f) { return number(f.python_ns); }},
    {"native", Unit::nanoseconds, [](const Function& f) { return number(f.native_ns); }},
    {"self", Unit::nanoseconds, [](const Function& f) { return number(f.self_ns); }},
    {"crossing", Unit::nanoseconds, [](const Function& f) { return number(f.crossing_ns); }},
    {"crossing", Unit::percent,
     [](const Function& f) { return 100 * number(f.crossing_ns) / std::max(number(outer_side(f)), 1.0); }},
    {"per-call", Unit::nanoseconds,
     [](const Function& f) { return number(f.crossing_ns) / std::max(number(timed_calls(f)), 1.0); }},
    {"p50", Unit::nanoseconds, [](const Function& f) { return number(f.p50_ns); }},
    {"p99", Unit::nanoseconds, [](const Function& f) { return number(f.p99_ns); }},
    {"max", Unit::nanoseconds, [](const Function& f) { return number(f.max_ns); }},
}};

const Measure* find(std::string_view name, Unit unit) {
  const auto* found = std::find_if(measures.begin(), measures.end(),
                                   [&](const Measure& m) { return m.name == name && m.unit == unit; });
  return found != measures.end() ? found : nullptr;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

[[noreturn]] void refuse(std::string_view text, const std::string& reason) {
  throw std::invalid_argument("the budget `" + printable(text) + "` " + reason +
                              ": write one like `kernels.*: calls <= 1e5, crossing <= 5%, p99 <= 20us`");
}

struct Amount {
  double value;
  Unit unit;
};

// "1e5", "5%", "20us"
std::optional<Amount> read_amount(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  const std::string_view unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
  if (unit.empty()) return Amount{value, Unit::number};
  if (unit == "%") return Amount{value, Unit::percent};
  if (unit == "ns") return Amount{value, Unit::nanoseconds};
  if (unit == "us" || unit == "µs") return Amount{value * 1e3, Unit::nanoseconds};
  if (unit == "ms") return Amount{value * 1e6, Unit::nanoseconds};
  if (unit == "s") return Amount{value * 1e9, Unit::nanoseconds};
  return std::nullopt;
}

Limit read_limit(std::string_view text, std::string_view line) {
  const std::size_t sign = text.find("<=");
  if (sign == std::string_view::npos) refuse(line, "has no <= in `" + printable(text) + "`");
  Limit limit{std::string(trimmed(text.substr(0, sign))), 0, Unit::number, std::string(text)};
  const std::string_view amount_text = trimmed(text.substr(sign + 2));
  const std::optional<Amount> amount = read_amount(amount_text);
  if (!amount) refuse(line, "has no amount that can be: `" + printable(amount_text) + "`");
  limit.most = amount->value;
  limit.unit = amount->unit;
  const bool known = std::any_of(measures.begin(), measures.end(),
                                 [&](const Measure& m) { return m.name == limit.measure; });
  if (!known) refuse(line, "limits `" + printable(limit.measure) + "`, which is not measured");
  if (find(limit.measure, limit.unit) == nullptr)
    refuse(line, "has the wrong unit in `" + printable(text) + "`");
  return limit;
}

std::string shown(double value, Unit unit) {
  if (unit == Unit::nanoseconds) return duration(value, " ");
  if (unit == Unit::percent) return fixed(value, value < 9.995 ? 2 : 1) + "%";
  return fixed(value, 0);
}

}  // namespace

Budget read_budget(std::string_view line) {
  const std::string_view text = trimmed(line);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse(text, "has no colon after its pattern");
  Budget budget{std::string(trimmed(text.substr(0, colon))), {}};
  if (budget.pattern.empty()) refuse(text, "has no pattern before its colon");
  for (std::string_view rest = text.substr(colon + 1);;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    budget.limits.push_back(read_limit(trimmed(rest.substr(0, comma)), text));
    if (comma == rest.size()) return budget;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<Budget> read_budgets(std::string_view text) {
  std::vector<Budget> budgets;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a mark that some editors leave
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    try {
      budgets.push_back(read_budget(line));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("line " + std::to_string(number) + ": " + error.what());
    }
  }
  return budgets;
}

std::vector<Finding> check(const std::vector<Budget>& budgets, const record::Snapshot& snapshot) {
  std::vector<Finding> findings;
  for (const Budget& budget : budgets) {
    bool matched = false;
    for (const Function& f : snapshot.functions) {
      if (::fnmatch(budget.pattern.c_str(), f.name.c_str(), 0) != 0) continue;
      matched = true;
      for (const Limit& limit : budget.limits) {
        if (f.timed == 0 && limit.unit != Unit::number) {
          findings.push_back({"the budget `" + printable(limit.text) + "` cannot be checked for " +
                                  printable(f.name) + ": none of its calls was timed",
                              /*is_breach=*/false});
          continue;
        }
        const double value = find(limit.measure, limit.unit)->value(f);
        if (value <= limit.most) continue;
        findings.push_back({"over budget: " + printable(f.name) + " has " + limit.measure + " " +
                            shown(value, limit.unit) + ", but `" + printable(budget.pattern) + ": " +
                            printable(limit.text) + "`"});
      }
    }
    if (!matched && snapshot.timing == "off")
      findings.push_back({"the budget for `" + printable(budget.pattern) +
                              "` cannot be checked: with timing off nothing is counted",
                          /*is_breach=*/false});
    else if (!matched)
      findings.push_back(
          {"the budget for `" + printable(budget.pattern) + "` matches no function that was called",
           /*is_breach=*/false});
  }
  return findings;
}

}  // namespace polyhost::report
