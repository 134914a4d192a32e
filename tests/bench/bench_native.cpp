// The functions of `polyhost bench`, bound by polyhost.
#include <polyhost/native.hpp>

#include "bodies.h"

POLYHOST_MODULE(bench_native, m) {
  m.def<noop>("noop()");
  m.def<add>("add(a, b)");
  m.def<scale>("scale(x, factor=2.0)");
  m.def<text_length>("strlen(text)");
  m.def<fib>("fib(n)");
  m.def<sum<polyhost::sequence<double>>>("sum_list(items)");
  m.def<sum<std::span<const double>>>("sum_buffer(items)");
  m.def<repeat<polyhost::callback<std::int64_t(std::int64_t)>>>("repeat(f, count)");
}
