// Functions whose parameters and results pybind11 converts: classes bound in another module and in this one,
// and types that only pybind11 has casters for.
#include <polyhost/native.hpp>
#include <polyhost/pybind.hpp>

#include <pybind11/chrono.h>
#include <pybind11/complex.h>
#include <pybind11/functional.h>
#include <pybind11/stl.h>
#ifdef HAVE_EIGEN
#include <pybind11/eigen.h>
#endif

#include "pybind_classes.h"

#include <chrono>
#include <complex>
#include <functional>
#include <system_error>
#include <variant>
#include <vector>

namespace py = pybind11;

namespace {

// Bound in this module; neither copied nor made from nothing.
struct Counter {
  explicit Counter(int start) : count(start) {}
  Counter(Counter&&) = default;
  Counter& operator=(Counter&&) = delete;
  int add(int n) { return count += n; }
  int get() const noexcept { return count; }
  Counter& self() { return *this; }
  int count;
};

struct Stepper : Counter {
  using Counter::Counter;
  int step() { return add(10); }
};

// Bound nowhere.
struct Unbound {};

using Choice = std::variant<std::int64_t, std::string>;
using Function = std::function<int(int)>;
using Microseconds = std::chrono::microseconds;

}  // namespace

namespace polyhost {
template <>
inline constexpr bool through_pybind<Point> = true;
template <>
inline constexpr bool through_pybind<Shape> = true;
template <>
inline constexpr bool through_pybind<Circle> = true;
template <>
inline constexpr bool through_pybind<Counter> = true;
template <>
inline constexpr bool through_pybind<Stepper> = true;
template <>
inline constexpr bool through_pybind<Unbound> = true;
template <>
inline constexpr bool through_pybind<std::complex<double>> = true;
template <>
inline constexpr bool through_pybind<Choice> = true;
template <>
inline constexpr bool through_pybind<Function> = true;
template <>
inline constexpr bool through_pybind<Microseconds> = true;
#ifdef HAVE_EIGEN
template <>
inline constexpr bool through_pybind<Eigen::MatrixXd> = true;
template <>
inline constexpr bool through_pybind<Eigen::Ref<Eigen::VectorXd>> = true;
#endif
}  // namespace polyhost

namespace {

template <class T>
T same(T value) {
  return value;
}

double length(const Point& p) { return std::abs(std::complex<double>(p.x, p.y)); }
// The caller's point stays as it is.
Point moved(Point p, double by) {
  p.x += by;
  return p;
}
void move(Point& p, double by) { p.x += by; }
Point* new_point(double x, double y) { return new Point(x, y); }
std::unique_ptr<Point> unique_point(double x) { return x < 0 ? nullptr : std::make_unique<Point>(x, 0.0); }
const Point& origin() {
  static const Point point(0, 0);
  return point;
}
double x_or(const Point* p, double otherwise) { return p != nullptr ? p->x : otherwise; }
double sum_x(const std::vector<Point>& points) {
  double sum = 0;
  for (const Point& p : points) sum += p.x;
  return sum;
}
std::optional<Point> maybe(std::optional<Point> p) { return p; }
std::vector<Point> line(int count) {
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) points.emplace_back(i, i);
  return points;
}

std::shared_ptr<Shape> make_shape(double radius) { return std::make_shared<Circle>(radius); }
std::shared_ptr<Shape> kept;
std::string keep(std::shared_ptr<Shape> shape) {
  kept = std::move(shape);
  return kept ? kept->name : "nothing";
}
std::shared_ptr<Shape> give_back() { return std::exchange(kept, nullptr); }
double radius(const Circle& circle) { return circle.radius; }

Counter make_counter(int start) { return Counter(start); }
int count(Counter& counter) { return ++counter.count; }

void take_unbound(const Unbound&) {}
Unbound make_unbound() { return {}; }

Point call(const polyhost::callback<Point(const Point&)>& f, const Point& p) { return f(p); }
double call_with_new(const polyhost::callback<double(Point)>& f) { return f(Point(3, 4)); }

py::dict python_types(const py::list& list, py::object value) {
  py::dict result;
  result["length"] = py::len(list);
  result["value"] = std::move(value);
  return result;
}
py::object no_object() { return {}; }

// Lets a Python exception through, in pybind11's way.
py::object call_object(const py::object& f) { return f(); }
void call_without_gil(const polyhost::object& f) {
  const py::gil_scoped_acquire gil;
  py::reinterpret_borrow<py::object>(f.get())();
}
void fail(std::string_view kind) {
  if (kind == "collision") throw Collision("two at once");
  if (kind == "key") throw py::key_error("no such key");
  if (kind == "stop") throw py::stop_iteration("no more");
  if (kind == "cast") throw py::cast_error("wrong cast");
  if (kind == "value") throw std::invalid_argument("not that one");
  if (kind == "os") throw std::system_error(ENOENT, std::generic_category(), "opening");
  if (kind == "memory") throw std::bad_alloc();
  if (kind == "int") throw 1;
}

double scaled(const std::complex<double>& z) { return std::abs(z); }
std::string which(const Choice& choice) { return choice.index() == 0 ? "int" : "str"; }
int apply(const Function& f, int x) { return f ? f(x) : -1; }
Function adder(int n) {
  return [n](int x) { return x + n; };
}
#ifdef HAVE_EIGEN
double trace(const Eigen::MatrixXd& matrix) { return matrix.trace(); }
Eigen::MatrixXd identity(int size) { return Eigen::MatrixXd::Identity(size, size); }
void fill(Eigen::Ref<Eigen::VectorXd> vector, double value) { vector.setConstant(value); }
#endif

}  // namespace

POLYHOST_MODULE(pybind_native, m) {
  m.def<COUNT_OF_POINTS>("count_of_points()");
  const auto module = py::reinterpret_borrow<py::module_>(m.get());
  auto counter = py::class_<Counter>(module, "Counter");
  counter.def(py::init<int>()).def_readonly("count", &Counter::count);
  m.method<&Counter::add>(counter, "add(n=1)", "Adds n.");
  m.method<&Counter::get>(counter, "get()", polyhost::release_gil);
  m.method<&Counter::self>(counter, "self()");
  m.method<[](Counter& c, const polyhost::callback<int(int)>& f) { return c.count = f(c.count); }>(
      counter, "change(f)");
  auto stepper = py::class_<Stepper, Counter>(module, "Stepper");
  stepper.def(py::init<int>());
  m.method<&Stepper::step>(stepper, "step()");
  m.def<length>("length(p)");
  m.def<length>("length_without_gil(p)", polyhost::release_gil);
  m.def<moved>("moved(p, by=1)");
  m.def<move>("move(p, by)");
  m.def<same<Point&>>("same(p)");
  m.def<same<const Point&>>("same_const(p)");
  m.def<same<Point*>>("same_pointer(p)");
  m.def<same<Point>>("copy(p)");
  m.def<new_point>("new_point(x, y)");
  m.def<unique_point>("unique_point(x)");
  m.def<origin>("origin()");
  m.def<x_or>("x_or(p=None, otherwise=-1)");
  m.def<sum_x>("sum_x(points)");
  m.def<maybe>("maybe(p)");
  m.def<line>("line(count)");
  m.def<make_shape>("make_shape(radius)");
  m.def<keep>("keep(shape)");
  m.def<give_back>("give_back()");
  m.def<radius>("radius(circle)");
  m.def<make_counter>("make_counter(start)");
  m.def<count>("count(counter)");
  m.def<take_unbound>("take_unbound(value)");
  m.def<make_unbound>("make_unbound()");
  m.def<call>("call(f, p)");
  m.def<call_with_new>("call_with_new(f)");
  m.def<python_types>("python_types(list, value)");
  m.def<no_object>("no_object()");
  m.def<call_object>("call_object(f)");
  m.def<call_without_gil>("call_without_gil(f)", polyhost::release_gil);
  m.def<fail>("fail(kind)");
  m.def<scaled>("scaled(z)");
  m.def<same<std::vector<std::complex<double>>>>("complexes(items)");
  m.def<which>("which(choice)");
  m.def<same<Choice>>("choice(value)");
  m.def<apply>("apply(f, x)");
  m.def<adder>("adder(n)");
  m.def<same<Microseconds>>("duration(d)");
#ifdef HAVE_EIGEN
  m.def<trace>("trace(matrix)");
  m.def<identity>("identity(size)");
  m.def<fill>("fill(vector, value)");
#endif
}
