// The values that rows are sorted by.
#include "report/order.h"

#include "report/sides.h"

#include <algorithm>
#include <array>

namespace polyhost::report {
namespace {

using record::Function;

double number(std::uint64_t value) { return static_cast<double>(value); }
double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : number(part) / number(whole);
}

// Of functions of which no crossing is known: their own time.
double one_side(const Function& f) { return f.one_sided ? number(f.self_ns) : 0; }

struct Order {
  std::string_view name;
  double (*value)(const Function&);
};
constexpr std::array<Order, 11> known = {{
    {"crossing", [](const Function& f) { return number(f.crossing_ns); }},
    {"calls", [](const Function& f) { return number(f.calls); }},
    {"errors", [](const Function& f) { return number(f.errors); }},
    {"python", [](const Function& f) { return number(f.python_ns); }},
    {"native", [](const Function& f) { return number(f.native_ns); }},
    {"self", [](const Function& f) { return number(f.self_ns); }},
    {"per-call", [](const Function& f) { return ratio(f.crossing_ns, timed_calls(f)); }},
    {"share", [](const Function& f) { return ratio(f.crossing_ns, outer_side(f)); }},
    {"p50", [](const Function& f) { return number(f.p50_ns); }},
    {"p99", [](const Function& f) { return number(f.p99_ns); }},
    {"name", nullptr},
}};

}  // namespace

bool is_order(std::string_view name) {
  return std::any_of(known.begin(), known.end(), [&](const Order& o) { return o.name == name; });
}

std::string orders() {
  std::string names;
  for (const Order& order : known) names.append(names.empty() ? "" : ", ").append(order.name);
  return names;
}

std::vector<Function> sorted(std::vector<Function> functions, std::string_view order) {
  const auto* by = std::find_if(known.begin(), known.end(), [&](const Order& o) { return o.name == order; });
  const auto value = by != known.end() ? by->value : known.front().value;
  if (value == nullptr) {
    std::stable_sort(functions.begin(), functions.end(),
                     [](const Function& a, const Function& b) { return a.name < b.name; });
    return functions;
  }
  std::stable_sort(functions.begin(), functions.end(), [&](const Function& a, const Function& b) {
    const double left = value(a);
    const double right = value(b);
    if (left != right) return left > right;
    return one_side(a) != one_side(b) ? one_side(a) > one_side(b) : a.name < b.name;
  });
  return functions;
}

}  // namespace polyhost::report
