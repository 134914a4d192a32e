// Containers of each kind, handed back as they came.
#include <polyhost/native.hpp>

#include <array>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace {

template <class T>
T same(T value) {
  return value;
}

double sum_in_place(const polyhost::sequence<double>& items) {
  double total = 0;
  for (const double item : items) total += item;
  return total;
}
// Each item twice: by index and in order.
std::vector<std::string> twice(polyhost::sequence<std::string> items) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < items.size(); ++i) all.push_back(items.at(i));
  for (const std::string& item : items) all.push_back(item);
  return all;
}
// How many items were seen while `change` may change the list.
std::size_t count_while(const polyhost::sequence<polyhost::object>& items,
                        const polyhost::callback<void()>& change) {
  std::size_t seen = 0;
  for (const polyhost::object& item : items) {
    seen += item ? 1 : 0;
    change();
  }
  return seen;
}

using Nested = std::map<std::string, std::vector<std::optional<std::pair<std::int64_t, double>>>>;

}  // namespace

POLYHOST_MODULE(containers_native, m) {
  m.def<same<std::vector<std::int64_t>>>("ints(items)");
  m.def<same<std::vector<std::int8_t>>>("small_ints(items)");
  m.def<same<std::vector<double>>>("floats(items)");
  m.def<same<std::vector<bool>>>("bools(items)");
  m.def<same<std::vector<std::string>>>("texts(items)");
  m.def<same<std::vector<polyhost::object>>>("objects(items)");
  m.def<sum_in_place>("sum_in_place(items)");
  m.def<twice>("twice(items)");
  m.def<count_while>("count_while(items, change)");
  m.def<[](polyhost::sequence<std::int8_t> items) { return items.at(items.size()); }>("beyond(items)");
  m.def<same<std::list<std::int64_t>>>("linked(items)");
  m.def<same<std::deque<double>>>("queue(items)");
  m.def<same<std::vector<std::vector<std::int64_t>>>>("rows(items)");
  m.def<same<std::set<std::int64_t>>>("ordered(items)");
  m.def<same<std::unordered_set<std::string>>>("words(items)");
  m.def<same<std::map<std::string, std::int64_t>>>("counts(table)");
  m.def<same<std::unordered_map<std::int64_t, std::string>>>("names(table)");
  m.def<same<Nested>>("nested(table)");
  m.def<same<std::tuple<std::int64_t, std::string, double>>>("triple(items)");
  m.def<same<std::pair<std::string, std::int64_t>>>("pair(items)");
  m.def<same<std::array<double, 3>>>("vector3(items)");
  m.def<same<std::optional<std::int64_t>>>("maybe(value=None)");
  m.def<same<std::optional<std::string>>>("maybe_text(value=None)");
  m.def<same<std::optional<std::vector<std::int64_t>>>>("maybe_ints(value=None)");
}
