// The functions of `polyhost bench`, bound by nanobind.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bodies.h"

#include <span>
#include <vector>

namespace nb = nanobind;

namespace {

using Vector = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

double sum_buffer(const Vector& items) { return sum(std::span(items.data(), items.size())); }

}  // namespace

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

NB_MODULE(bench_nanobind, m) {
  m.attr("__version__") = TEXT(NB_VERSION_MAJOR) "." TEXT(NB_VERSION_MINOR) "." TEXT(NB_VERSION_PATCH);
  m.def("noop", &noop);
  m.def("add", &add, nb::arg("a"), nb::arg("b"));
  m.def("scale", &scale, nb::arg("x"), nb::arg("factor") = 2.0);
  m.def("strlen", &text_length, nb::arg("text"));
  m.def("fib", &fib, nb::arg("n"));
  m.def("sum_list", &sum<std::vector<double>>, nb::arg("items"));
  m.def("sum_buffer", &sum_buffer, nb::arg("items"));
  m.def(
      "repeat",
      [](const nb::callable& f, std::int64_t count) {
        return repeat([&](std::int64_t i) { return nb::cast<std::int64_t>(f(i)); }, count);
      },
      nb::arg("f"), nb::arg("count"));
}
