// Classes bound by pybind11 alone: another module than the one whose functions take them.
#include "pybind_classes.h"

#include <pybind11/pybind11.h>

namespace py = pybind11;

PYBIND11_MODULE(pybind_classes, m) {
  py::class_<Point>(m, "Point")
      .def(py::init<double, double>())
      .def(py::init([](double both) { return Point(both, both); }))
      .def_readwrite("x", &Point::x)
      .def_readwrite("y", &Point::y);
  py::implicitly_convertible<double, Point>();
  py::class_<Shape, std::shared_ptr<Shape>>(m, "Shape").def_readonly("name", &Shape::name);
  py::class_<Circle, Shape, std::shared_ptr<Circle>>(m, "Circle")
      .def(py::init<double>())
      .def_readonly("radius", &Circle::radius);
  py::register_exception<Collision>(m, "Collision");
  m.def("count_of_points", COUNT_OF_POINTS);
}
