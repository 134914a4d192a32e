// The functions of the call benchmark, bound by polyhost.
#include <polyhost/native.hpp>

#include "bodies.h"

POLYHOST_MODULE(bench_native, m) {
  m.def<noop>("noop()");
  m.def<add>("add(a, b)");
  m.def<scale>("scale(x)");
  m.def<text_length>("strlen(text)");
}
