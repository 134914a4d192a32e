// C++ enumerations as Python's: m.enumeration makes a class of the module enum, whose members C++ takes and
// returns as the enumeration's values.
//
//   enum class Color { red, green };
//
//   m.enumeration<Color>("Color", "What to paint with.")
//       .value("red", Color::red)
//       .value("green", Color::green);
#pragma once

#include <Python.h>
#include <polyhost/convert.hpp>
#include <polyhost/detail/registered_class.hpp>
#include <polyhost/module.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace polyhost {

namespace detail {

template <class T>
concept enumeration_type = std::is_enum_v<T> && !std::is_same_v<T, std::byte> && !through_pybind<T>;

// A member and its value, widened to 64 bits by its sign.
struct enumerator {
  PyObject* member;  // owned
  std::uint64_t value;
};

struct enumeration_class : registered_class {
  std::vector<enumerator> by_member;  // sorted by address
  std::vector<enumerator> by_value;   // sorted by value; an alias is left out
  bool is_signed = true;
  bool is_flag = false;          // values may be combined
  std::uint64_t all_flags = 0;   // bits that may be set
  object value_name = {};        // of a flag: "_value_"
  object members_by_value = {};  // of a flag: the dict that has those that were combined already
};

template <class E>
[[gnu::visibility("hidden")]] inline constinit enumeration_class* enumeration_classes = nullptr;

// The one whose `key` it is, or null.
template <auto Key, class T>
[[gnu::always_inline]] inline const enumerator* find_enumerator(const std::vector<enumerator>& sorted,
                                                                T key) {
  const enumerator* first = sorted.data();
  for (std::size_t size = sorted.size(); size > 0;) {
    const std::size_t half = size / 2;
    const bool after = first[half].*Key < key;
    first += after ? half + 1 : 0;
    size = after ? size - half - 1 : half;
  }
  return first != sorted.data() + sorted.size() && first->*Key == key ? first : nullptr;
}

// Members that were combined of flags, and what is no member.
bool load_combined(const enumeration_class* known, PyObject* from, std::uint64_t& value, argument& arg);
PyObject* make_combined(const enumeration_class& known, std::uint64_t value);

// An enumeration under construction.
class enumeration_maker {
 public:
  enumeration_maker(PyObject* module, const char* name, enum_kind kind, const char* doc, bool is_signed,
                    std::uint64_t representable)
      : module_(module),
        name_(name),
        doc_(doc),
        kind_(kind),
        is_signed_(is_signed),
        representable_(representable) {}
  void add(const char* name, std::uint64_t value);
  void export_values() { exported_ = true; }
  // The class, which is then in the module; null if it is `known` already. Throws python_error.
  enumeration_class* finish(const enumeration_class* known);

 private:
  struct named_value {
    std::string name;
    std::uint64_t value;
  };
  object make_type() const;
  void fill(enumeration_class& made, PyObject* type) const;
  void export_members(PyObject* type) const;

  PyObject* module_;
  std::string name_;
  const char* doc_;
  enum_kind kind_;
  bool is_signed_;
  std::uint64_t representable_;  // bits that the C++ type can have, whether or not a member has them
  bool exported_ = false;
  std::vector<named_value> values_;
};

}  // namespace detail

// What m.enumeration returns. The Python class is made at the end of its life: of the whole expression.
template <class E>
class enumeration_builder {
  static_assert(detail::enumeration_type<E>, "m.enumeration: the type is no enumeration");
  using number = std::underlying_type_t<E>;

 public:
  enumeration_builder(PyObject* module, const char* name, enum_kind kind, const char* doc)
      : maker_(module, name, kind, doc, std::is_signed_v<number>, representable()) {}
  enumeration_builder(const enumeration_builder&) = delete;
  enumeration_builder& operator=(const enumeration_builder&) = delete;
  // Throws python_error if Python refuses the names.
  ~enumeration_builder() noexcept(false) {
    if (std::uncaught_exceptions() != exceptions_) return;
    detail::enumeration_class*& known = detail::enumeration_classes<E>;
    detail::enumeration_class* made = maker_.finish(detail::find_class(known));
    if (made == nullptr) return;
    made->next = known;
    known = made;
  }

  // Adds a member. A second name of the same value is an alias of the first.
  enumeration_builder& value(const char* name, E value) {
    maker_.add(name, static_cast<std::uint64_t>(static_cast<number>(value)));
    return *this;
  }

  // Makes all members attributes of the module, too.
  enumeration_builder& export_values() {
    maker_.export_values();
    return *this;
  }

 private:
  // Only a type whose underlying type is written down, or that is an enum class, has values besides its
  // members.
  static constexpr std::uint64_t representable() {
    if constexpr (requires { E{number{}}; }) {
      return static_cast<std::uint64_t>(std::numeric_limits<number>::max());
    } else {
      return 0;
    }
  }

  detail::enumeration_maker maker_;
  int exceptions_ = std::uncaught_exceptions();
};

template <class E>
enumeration_builder<E> module_builder::enumeration(const char* name, enum_kind kind, const char* doc) {
  if (kind == enum_kind::as_in_cpp) {
    kind = std::is_convertible_v<E, std::underlying_type_t<E>> ? enum_kind::int_enum : enum_kind::plain_enum;
  }
  return {module_, name, kind, doc};
}

// A member of the class that m.enumeration has made for E; nothing else, no int either. A value of C++ that
// no member has is a ValueError. The members of flags may be combined; an int_flag keeps bits that no member
// has, as Python's own does.
template <detail::enumeration_type E>
struct converter<E> {
  E value{};

  static void describe(std::string& out) {
    detail::describe_class(out, detail::find_class(detail::enumeration_classes<E>),
                           detail::text_with_name<E>());
  }

  bool load(PyObject* from, argument& arg) {
    if (load_exact(from)) return true;
    std::uint64_t bits = 0;
    if (!detail::load_combined(detail::find_class(detail::enumeration_classes<E>), from, bits, arg))
      return false;
    value = from_bits(bits);
    return true;
  }

  bool load_exact(PyObject* from) {
    const auto* known = detail::find_class(detail::enumeration_classes<E>);
    if (known == nullptr) return false;
    const auto* found = detail::find_enumerator<&detail::enumerator::member>(known->by_member, from);
    if (found == nullptr) return false;
    value = from_bits(found->value);
    return true;
  }

  static constexpr bool makes_in_constant_time = true;  // but for flags, when they are combined first
  static PyObject* make(E result) {
    const auto* known = detail::find_class(detail::enumeration_classes<E>);
    if (known == nullptr) return detail::raise_unregistered(detail::text_with_name<E>());
    const auto bits = static_cast<std::uint64_t>(static_cast<number>(result));
    const auto* found = detail::find_enumerator<&detail::enumerator::value>(known->by_value, bits);
    return found != nullptr ? Py_NewRef(found->member) : detail::make_combined(*known, bits);
  }

 private:
  using number = std::underlying_type_t<E>;
  static E from_bits(std::uint64_t bits) { return static_cast<E>(static_cast<number>(bits)); }
};

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/enumeration.hpp>
#endif
