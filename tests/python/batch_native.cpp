// Functions of numbers of every kind, for their batches.
#include <polyhost/native.hpp>

#include <cmath>
#include <stdexcept>
#include <string>

namespace {

template <class T>
T twice(T x) {
  return static_cast<T>(x + x);
}
double three(double a, double b, double c) { return a * 100 + b * 10 + c; }
double four(double a, std::int32_t b, bool c, float d) {
  return a + b + (c ? 0.5 : 0.0) + static_cast<double>(d);
}
bool positive(double x) { return x > 0; }
double root(double x) {
  if (x < 0) throw std::domain_error("the root of " + std::to_string(static_cast<int>(x)));
  return std::sqrt(x);
}
std::int64_t id_of_thread(std::int64_t) { return static_cast<std::int64_t>(pthread_self()); }
bool holds_gil(std::int64_t) { return polyhost::detail::holds_gil(); }
std::int64_t slow(std::int64_t x) {
  while (!polyhost::interrupted()) {
  }
  return x;
}

}  // namespace

POLYHOST_MODULE(batch_native, m) {
  m.def<twice<std::int8_t>>("int8(x)");
  m.def<twice<std::uint16_t>>("uint16(x)");
  m.def<twice<std::int32_t>>("int32(x)");
  m.def<twice<std::int64_t>>("int64(x)");
  m.def<twice<std::uint64_t>>("uint64(x)");
  m.def<twice<float>>("float32(x)");
  m.def<twice<double>>("float64(x)");
  m.def<three>("three(a, b=2.0, *, c=3.0)", "Three digits.");
  m.def<four>("four(a, b, c, d=0.25)");
  m.def<positive>("positive(x)");
  m.def<[](bool x) { return !x; }>("negated(x)");
  m.def<root>("root(x)");
  m.def<id_of_thread>("id_of_thread(x)");
  m.def<holds_gil>("holds_gil(x)");
  m.def<slow>("slow(x)");
  m.def<[](const double& x) -> double { return x + 1; }>("by_reference(x)");
  m.def<twice<double>>("without(x)", polyhost::no_batch);
  m.def<[](std::string_view text) { return text.size(); }>("of_text(text)");
  m.def<[](double x) { (void)x; }>("gives_nothing(x)");
  m.def<[](double x, double out) { return x + out; }>("taken(x, out)");
  m.def<[] { return 1.5; }>("without_arguments()");
}
