// What pybind_classes binds and pybind_native's functions take.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

// Where a module counts its points, and how many there are: compilers differ in whether both modules have one
// count.
#define COUNT_OF_POINTS \
  [] { return std::pair(reinterpret_cast<std::uintptr_t>(&Point::alive), Point::alive); }

#define SHARED __attribute__((visibility("default")))  // one type in both modules

struct SHARED Point {
  Point(double right, double up) : x(right), y(up) { ++alive; }
  Point(const Point& other) : x(other.x), y(other.y) { ++alive; }
  Point& operator=(const Point&) = default;
  ~Point() { --alive; }

  double x;
  double y;
  inline static long alive = 0;
};

struct SHARED Shape {
  explicit Shape(std::string called) : name(std::move(called)) {}
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;
  virtual ~Shape() = default;

  std::string name;
};

struct SHARED Circle : Shape {
  explicit Circle(double r) : Shape("circle"), radius(r) {}
  double radius;
};

struct SHARED Collision : std::runtime_error {
  using std::runtime_error::runtime_error;
};
