// For each item type T: sum_T reads a buffer in place, fill_T writes into one.
#include <polyhost/native.hpp>

namespace {

template <class T>
double sum(std::span<const T> items) {
  double total = 0;
  for (const T item : items) total += static_cast<double>(item);
  return total;
}

template <class T>
void fill(std::span<T> items, T value) {
  for (T& item : items) item = value;
}

template <class T>
void add(polyhost::module_builder& m, const std::string& type) {
  m.def<sum<T>>(("sum_" + type + "(items)").c_str());
  m.def<fill<T>>(("fill_" + type + "(items, value)").c_str());
}

// The address of the first item, or 0 for an empty buffer.
std::uintptr_t address(std::span<const double> items) {
  return reinterpret_cast<std::uintptr_t>(items.data());
}

std::size_t count_after(std::span<const double> items, const polyhost::callback<void()>& meanwhile) {
  meanwhile();
  return items.size();
}

// Both may be the same memory.
void scale(std::span<const double> from, std::span<double> to, double factor) {
  if (from.size() != to.size()) throw std::invalid_argument("the lengths differ");
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] * factor;
}

std::size_t optional_count(const std::optional<std::span<const double>>& items) {
  return items ? items->size() : 0;
}

}  // namespace

POLYHOST_MODULE(buffers_native, m) {
  add<std::int8_t>(m, "int8");
  add<std::int16_t>(m, "int16");
  add<std::int32_t>(m, "int32");
  add<std::int64_t>(m, "int64");
  add<std::uint8_t>(m, "uint8");
  add<std::uint16_t>(m, "uint16");
  add<std::uint32_t>(m, "uint32");
  add<std::uint64_t>(m, "uint64");
  add<float>(m, "float32");
  add<double>(m, "float64");
  add<bool>(m, "bool");
  m.def<address>("address(items)");
  m.def<count_after>("count_after(items, meanwhile)");
  m.def<scale>("scale(source, target, factor)", nullptr, polyhost::release_gil);
  m.def<optional_count>("optional_count(items=None)");
}
