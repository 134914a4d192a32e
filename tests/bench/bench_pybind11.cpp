// The functions of the call benchmark, bound by pybind11.
#include <pybind11/pybind11.h>

#include "bodies.h"

PYBIND11_MODULE(bench_pybind11, m) {
  m.def("noop", &noop);
  m.def("add", &add, pybind11::arg("a"), pybind11::arg("b"));
  m.def("scale", &scale, pybind11::arg("x"));
  m.def("strlen", &text_length, pybind11::arg("text"));
}
