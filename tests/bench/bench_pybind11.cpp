// The functions of `polyhost bench`, bound by pybind11.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bodies.h"

#include <span>
#include <stdexcept>
#include <vector>

namespace py = pybind11;

namespace {

double sum_buffer(const py::buffer& items) {
  const py::buffer_info info = items.request();
  if (info.format != py::format_descriptor<double>::format() || info.ndim != 1 ||
      info.strides[0] != static_cast<py::ssize_t>(sizeof(double))) {
    throw std::invalid_argument("contiguous float64 items are needed");
  }
  return sum(std::span(static_cast<const double*>(info.ptr), static_cast<std::size_t>(info.size)));
}

}  // namespace

PYBIND11_MODULE(bench_pybind11, m) {
  m.attr("__version__") = PYBIND11_TOSTRING(PYBIND11_VERSION_MAJOR) "." PYBIND11_TOSTRING(
      PYBIND11_VERSION_MINOR) "." PYBIND11_TOSTRING(PYBIND11_VERSION_PATCH);
  m.def("noop", &noop);
  m.def("add", &add, py::arg("a"), py::arg("b"));
  m.def("scale", &scale, py::arg("x"), py::arg("factor") = 2.0);
  m.def("strlen", &text_length, py::arg("text"));
  m.def("fib", &fib, py::arg("n"));
  m.def("sum_list", &sum<std::vector<double>>, py::arg("items"));
  m.def("sum_buffer", &sum_buffer, py::arg("items"));
  m.def(
      "repeat",
      [](const py::function& f, std::int64_t count) {
        return repeat([&](std::int64_t i) { return f(i).cast<std::int64_t>(); }, count);
      },
      py::arg("f"), py::arg("count"));
}
