// The functions of `polyhost bench` as a plain C library, for ctypes.
#include "bodies.h"

#include <span>

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void bench_noop() {}
EXPORT std::int64_t bench_add(std::int64_t a, std::int64_t b) { return a + b; }
EXPORT double bench_scale(double x, double factor) { return x * factor; }
EXPORT std::size_t bench_strlen(const char* text) { return text_length(text); }
EXPORT std::int64_t bench_fib(std::int64_t n) { return fib(n); }
EXPORT double bench_sum(const double* items, std::size_t count) { return sum(std::span(items, count)); }
EXPORT std::int64_t bench_repeat(std::int64_t (*f)(std::int64_t), std::int64_t count) {
  return repeat(f, count);
}
