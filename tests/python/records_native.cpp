// Enumerations and aggregates as Python classes.
#include <polyhost/enumeration.hpp>
#include <polyhost/native.hpp>
#include <polyhost/record.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

enum class Color : std::uint8_t { red = 1, green = 2, blue = 200 };
enum Level { low = -1, middle = 0, high = 7 };
enum class Access : std::uint32_t { none = 0, read = 1, write = 2, run = 0x80000000 };
enum class Style { bold = 1, thin = 4 };
enum class Wide : std::uint64_t { most = ~std::uint64_t{0}, least = 0 };
enum class Signed : std::int64_t { most = INT64_MAX, least = INT64_MIN };
enum class Unregistered { one };

struct Point {
  double x = 0;
  double y = 0;
};

struct Base {
  std::string name;
};

struct Shape : Base {
  Color color = Color::red;
  Point center;
  std::vector<std::string> tags;
  std::optional<std::int32_t> weight;
  int unnamed = 5;  // no attribute
};

struct Options {
  bool fast = false;
  std::int8_t level = 0;
};

struct Node {
  std::int64_t value = 0;
  std::vector<Node> children;
};

struct Holder {
  polyhost::object value;
};

struct Stranger {
  int a = 0;
};

template <class T>
T same(const T& value) {
  return value;
}

double norm(const Point& p) { return p.x * p.x + p.y * p.y; }
Point moved(Point p, double by) { return {p.x + by, p.y + by}; }
double sum(const std::vector<Point>& points) {
  double total = 0;
  for (const Point& p : points) total += p.x + p.y;
  return total;
}
std::map<std::string, Point> corners() { return {{"a", {1, 2}}, {"b", {3, 4}}}; }
std::int64_t total(const Node& node) {
  std::int64_t sum = node.value;
  for (const Node& child : node.children) sum += total(child);
  return sum;
}
int unnamed(const Shape& shape) { return shape.unnamed; }
Point apply(const polyhost::callback<Point(Point)>& f, Point p) { return f(p); }
double norm_without_gil(const Point& p) { return norm(p); }

// Registrations that are refused.
void attempt(std::string_view what) {
  const auto module = polyhost::object::steal(PyModule_New("records_native"));
  polyhost::module_builder m(module.get());
  if (what == "record: count") m.record<Point, &Point::x, &Point::y>("Point(x)");
  if (what == "record: default") m.record<Point, &Point::x, &Point::y>("Point(x='a', y=1)");
  if (what == "record: name") m.record<Point, &Point::x, &Point::y>("Other(x, y)");
  if (what == "record: mangled") m.record<Point, &Point::x, &Point::y>("Point(x, __y)");
  if (what == "method: count") m.method<norm>(reinterpret_cast<PyObject*>(&PyBaseObject_Type), "norm(a)");
  if (what == "method: self") m.method<moved>(reinterpret_cast<PyObject*>(&PyBaseObject_Type), "moved(self)");
  if (what == "method: class") m.method<norm>(Py_None, "norm()");
  if (what == "enumeration: name") m.enumeration<Color>("Other");
  if (what == "enumeration: twice") {
    m.enumeration<Unregistered>("U").value("one", Unregistered::one).value("one", Unregistered::one);
  }
  if (what == "enumeration: member") m.enumeration<Unregistered>("U").value("mro", Unregistered::one);
  if (what == "enumeration: throw") {
    m.enumeration<Unregistered>("U").value("mro", Unregistered::one).value("two", []() -> Unregistered {
      throw std::domain_error("no such value");
    }());
  }
}

Color color_of(int value) { return static_cast<Color>(value); }
Access access_of(std::uint32_t value) { return static_cast<Access>(value); }
Style style_of(int value) { return static_cast<Style>(value); }
std::uint32_t bits_of(Access access) { return static_cast<std::uint32_t>(access); }
int number_of(Color color) { return static_cast<int>(color); }

}  // namespace

POLYHOST_MODULE(records_native, m) {
  m.enumeration<Color>("Color", "What to paint with.")
      .value("red", Color::red)
      .value("green", Color::green)
      .value("blue", Color::blue)
      .value("azure", Color::blue);
  m.enumeration<Level>("Level").value("low", low).value("middle", middle).value("high", high).export_values();
  m.enumeration<Access>("Access", polyhost::enum_kind::int_flag, "Who may what.")
      .value("read", Access::read)
      .value("write", Access::write)
      .value("run", Access::run);
  m.enumeration<Style>("Style", polyhost::enum_kind::flag)
      .value("bold", Style::bold)
      .value("thin", Style::thin);
  m.enumeration<Wide>("Wide").value("most", Wide::most).value("least", Wide::least);
  m.enumeration<Signed>("Signed").value("most", Signed::most).value("least", Signed::least);
  PyObject* point = m.record<Point, &Point::x, &Point::y>("Point(x, y=0.0)", "A point of the plane.");
  m.method<norm>(point, "norm()", "The square of the distance from the origin.");
  m.method<moved>(point, "moved(by=1.0)");
  m.record<Shape, &Shape::name, &Shape::color, &Shape::center, &Shape::tags, &Shape::weight>(
      "Shape(name, color=Color.green, center=Point(1, 2), tags=[], *, weight=None)");
  m.record<Options, &Options::fast, &Options::level>("Options(*, fast=False, level=3)");
  m.record<Node, &Node::value, &Node::children>("Node(value, children=())");
  m.record<Holder, &Holder::value>("Holder(value, /)");
  m.attr("favourite", Color::blue);
  m.attr("origin", Point{});

  m.def<same<Color>>("color(c)");
  m.def<same<Level>>("level(l=Level.high)");
  m.def<same<Access>>("access(a=Access.read)");
  m.def<same<Style>>("style(s)");
  m.def<same<Wide>>("wide(w)");
  m.def<same<Signed>>("signed(s)");
  m.def<same<std::vector<Color>>>("colors(cs)");
  m.def<same<std::map<Color, std::optional<Level>>>>("levels(table)");
  m.def<same<Unregistered>>("unregistered(u)");
  m.def<[] { return Unregistered::one; }>("make_unregistered()");
  m.def<attempt>("attempt(what)");
  m.def<color_of>("color_of(value)");
  m.def<access_of>("access_of(value)");
  m.def<style_of>("style_of(value)");
  m.def<bits_of>("bits_of(access)");
  m.def<number_of>("number_of(color)");

  m.def<norm>("norm(p=Point(3, 4))");
  m.def<norm_without_gil>("norm_without_gil(p)", polyhost::release_gil);
  m.def<moved>("moved(p, by)");
  m.def<sum>("sum(points)");
  m.def<corners>("corners()");
  m.def<same<std::optional<Point>>>("maybe(p)");
  m.def<same<std::map<std::string, std::vector<Point>>>>("table(t)");
  m.def<same<Shape>>("shape(s)");
  m.def<unnamed>("unnamed(s)");
  m.def<same<Node>>("node(n)");
  m.def<total>("total(n)");
  m.def<same<Holder>>("holder(h)");
  m.def<same<Options>>("options(o)");
  m.def<apply>("apply(f, p)");
  m.def<same<Stranger>>("stranger(s)");
  m.def<[] { return Stranger{}; }>("make_stranger()");
}
