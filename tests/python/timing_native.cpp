// Functions whose calls are short, long, or of both kinds.
#include <polyhost/native.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

void noop() {}
std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
double scale(double x) { return 2.0 * x; }
std::size_t length(std::string_view text) { return text.size(); }
// Keeps a core busy for `steps` dependent steps.
std::uint64_t work(std::uint64_t steps) {
  std::uint64_t x = steps;
  for (std::uint64_t i = 0; i < steps; ++i) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    asm volatile("" : "+r"(x));
  }
  return x;
}
void fail_if(bool wanted) {
  if (wanted) throw std::runtime_error("wanted");
}
// Calls f, which may come back here.
std::int64_t nest(const polyhost::object& f, std::int64_t depth) {
  if (depth == 0) return 0;
  const auto result = polyhost::object::steal(
      PyObject_CallFunction(f.get(), "OL", f.get(), static_cast<long long>(depth - 1)));
  if (!result) polyhost::throw_python_error();
  return depth;
}
double sum(const std::vector<double>& items) {
  double total = 0;
  for (const double item : items) total += item;
  return total;
}
std::int64_t repeat(const polyhost::callback<std::int64_t(std::int64_t)>& f, std::int64_t times) {
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < times; ++i) total += f(i);
  return total;
}

}  // namespace

POLYHOST_MODULE(timing_native, m) {
  m.def<noop>("noop()");
  m.def<add>("add(a, b=1)");
  m.def<scale>("scale(x)");
  m.def<length>("length(text)");
  m.def<work>("work(steps)");
  m.def<work>("work_without_gil(steps)", nullptr, polyhost::release_gil);
  m.def<fail_if>("fail_if(wanted)");
  m.def<nest>("nest(f, depth)");
  m.def<sum>("sum(items)");
  m.def<repeat>("repeat(f, times)");
}
