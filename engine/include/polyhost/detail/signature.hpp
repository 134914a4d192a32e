// A function's signature as data, and how it is shown to Python.
// Not how it is read from its string (read_signature.hpp), nor what a call does with it (bind.hpp).
#pragma once

#include <Python.h>
#include <polyhost/abi.h>
#include <polyhost/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace polyhost {

struct argument;

namespace detail {

enum class parameter_kind : std::uint8_t { positional_only, positional_or_keyword, keyword_only };

// What the C++ side says of a parameter or a result.
struct cpp_type {
  void (*describe)(std::string& out);              // its name as an annotation
  bool (*accepts)(PyObject* from, argument& arg);  // whether a default value converts; null for results
};

struct parameter {
  std::string name;
  object key;  // the name, interned
  parameter_kind kind = parameter_kind::positional_or_keyword;
  std::string default_text;  // as written; empty: required
  object default_value;
  cpp_type type{};
  mutable polyhost_record* callback = nullptr;  // outbound record of a callback parameter, made on first use
};

struct signature {
  std::string module;
  std::string name;
  std::vector<parameter> parameters;
  std::size_t positional = 0;  // how many of them may be given by position; they come first
  cpp_type result{};
  const char* file = nullptr;  // where the function is named, for tracebacks; null: nowhere
  int line = 0;
  std::string version;  // "@2" after a reload; belongs to the name that the ledger knows, and to no other

  [[nodiscard]] std::string qualified_name() const;
  // "(n: int, factor: float = 2.0) -> float", or "(n, factor=2.0)" without the types. `in_place` stands for
  // each default, if it is not null.
  [[nodiscard]] std::string text(bool types, const char* in_place = nullptr) const;
};

// "integrate(f)", as messages name a callback.
std::string callback_name(const signature& s, std::size_t index);

}  // namespace detail
}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/signature.hpp>
#endif
