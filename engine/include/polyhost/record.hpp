// C++ aggregates as Python objects: m.record makes a class with an attribute a member, and C++ takes and
// returns its instances by value.
//
//   struct Point { double x = 0; double y = 0; };
//   m.record<Point, &Point::x, &Point::y>("Point(x, y=0.0)", "A point of the plane.");
//
// An attribute holds a Python object: what was given to it, converted to the member's type and back, so that
// a wrong value is refused at once. Instances have repr, ==, pattern matching, copy and pickle; they can be
// changed, and so have no hash. For classes with methods see pybind.hpp.
#pragma once

#include <Python.h>
#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/detail/record_class.hpp>
#include <polyhost/module.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace polyhost {

namespace detail {

template <class T>
concept record_type = std::is_class_v<T> && std::is_aggregate_v<T> && !through_pybind<T> && !map_like<T> &&
                      !set_like<T> && !sequence_like<T> && !tuple_like<T>;

template <class T>
[[gnu::visibility("hidden")]] inline constinit record_class* record_classes = nullptr;

// What a class knows of one member.
template <class T, auto Member>
struct record_member {
  using type = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
  static_assert(owns_its_value<type>,
                "m.record: a member must own its data: use std::string instead of a view");

  static bool load(PyObject* from, void* record, argument& arg) {
    converter<type> in;
    if (!in.load(from, arg)) return false;
    static_cast<T*>(record)->*Member = std::move(in.value);
    return true;
  }
  static PyObject* make(const void* record) {
    return converter<type>::make(static_cast<const T*>(record)->*Member);
  }
  // What an attribute holds after `from` was given to it; null: refused, or an exception is set.
  static PyObject* convert(PyObject* from, argument& arg) {
    converter<type> in;
    if constexpr (requires { in.load_exact(from); }) {
      if (in.load_exact(from)) return Py_NewRef(from);
    }
    if (!in.load(from, arg)) return nullptr;
    PyObject* made = converter<type>::make(std::move(in.value));
    if (made == nullptr) refuse(arg, refusal::raised);
    return made;
  }
  static constexpr record_field field{load, make, convert};
};

// The class's slots: each finds the record that its type belongs to, and leaves the rest to that.
template <class T>
struct record_slots {
  static const record_class& of(PyTypeObject* type) {
    const registered_class* known = record_classes<T>;
    while (known->next != nullptr &&
           PyType_IsSubtype(type, reinterpret_cast<PyTypeObject*>(known->type)) == 0)
      known = known->next;
    return *static_cast<const record_class*>(known);
  }
  static const record_class& of(PyObject* self) { return of(Py_TYPE(self)); }

  static int init(PyObject* self, PyObject* args, PyObject* kwargs) {
    return init_record(of(self), self, args, kwargs);
  }
  static PyObject* repr(PyObject* self) { return describe_record(of(self), self); }
  static PyObject* compare(PyObject* self, PyObject* other, int operation) {
    return compare_records(of(self), self, other, operation);
  }
  static int traverse(PyObject* self, visitproc visit, void* arg) {
    return traverse_record(of(self), self, visit, arg);
  }
  static int clear(PyObject* self) { return clear_record(of(self), self); }
  static void dealloc(PyObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, dealloc);
    clear_record(of(type), self);
    type->tp_free(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
  }
  static constexpr record_slot_functions functions{init, repr, compare, traverse, clear, dealloc};
};

template <class T, auto... Members>
struct record_maker {
  static_assert(record_type<T>, "m.record: the type is no aggregate: bind it as a class (pybind.hpp)");
  static_assert(sizeof...(Members) > 0,
                "m.record: name the members: m.record<Point, &Point::x, &Point::y>(...)");

  static constexpr record_field fields[] = {record_member<T, Members>::field...};

  static void add_types(signature& s) {
    std::size_t index = 0;
    ((s.parameters[index++].type = cpp_type_of<typename record_member<T, Members>::type>), ...);
    s.result = {[](std::string& out) { out += "None"; }, nullptr};
  }

  static PyObject* add(PyObject* module, const signature_text& text, const char* doc) {
    return add_record(module, {fields, sizeof...(Members), add_types, record_slots<T>::functions}, text, doc,
                      record_classes<T>);
  }
};

}  // namespace detail

// An instance of the class that m.record has made for T, or of a subclass.
template <detail::record_type T>
struct converter<T> {
  static_assert(std::default_initializable<T>, "a record is made empty, and then filled");
  T value{};

  static void describe(std::string& out) {
    detail::describe_class(out, detail::find_class(detail::record_classes<T>), detail::text_with_name<T>());
  }
  bool load(PyObject* from, argument& arg) {
    return detail::load_record(detail::find_class(detail::record_classes<T>), from, &value, arg);
  }
  static PyObject* make(const T& record) {
    const auto* known = detail::find_class(detail::record_classes<T>);
    return known != nullptr ? detail::make_record(*known, &record)
                            : detail::raise_unregistered(detail::text_with_name<T>());
  }
};

}  // namespace polyhost
