// The same recursion as in fib.py, in C++.
#include <polyhost/native.hpp>

namespace {

std::int64_t fib(std::int64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

}  // namespace

POLYHOST_MODULE(fib_native, m) {
  m.doc("Fibonacci numbers.");
  m.def<fib>("fib(n)", "The n-th Fibonacci number, by plain recursion. n above 92 overflows.");
}
