// What the bound functions do: next to nothing, so that the call is what is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

inline void noop() {}
inline std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
inline double scale(double x, double factor) { return x * factor; }
inline std::size_t text_length(std::string_view text) { return text.size(); }
inline std::int64_t fib(std::int64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

// The sum of whatever holds float64.
template <class Items>
double sum(const Items& items) {
  double total = 0;
  for (const double item : items) total += item;
  return total;
}

// What f gives for 0, 1, ..., count - 1, added up.
template <class F>
std::int64_t repeat(const F& f, std::int64_t count) {
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < count; ++i) total += f(i);
  return total;
}
