// The fields of a row by their names: the one list that the JSON report and Python's snapshots are made from.
// What each of them means stands at the struct (snapshot.h).
#pragma once

#include "record/snapshot.h"

#include <array>
#include <cstdint>
#include <string>

namespace polyhost::record {

struct Number {
  const char* name;
  std::uint64_t Function::*value;
};

// Other tools read them in this order: names and order stay, new names go to the end.
inline constexpr std::array numbers{Number{"calls", &Function::calls},
                                    Number{"errors", &Function::errors},
                                    Number{"python_ns", &Function::python_ns},
                                    Number{"native_ns", &Function::native_ns},
                                    Number{"crossing_ns", &Function::crossing_ns},
                                    Number{"convert_in_ns", &Function::convert_in_ns},
                                    Number{"convert_out_ns", &Function::convert_out_ns},
                                    Number{"gil_wait_ns", &Function::gil_wait_ns},
                                    Number{"min_ns", &Function::min_ns},
                                    Number{"max_ns", &Function::max_ns},
                                    Number{"p50_ns", &Function::p50_ns},
                                    Number{"p99_ns", &Function::p99_ns},
                                    Number{"self_ns", &Function::self_ns},
                                    Number{"lost", &Function::lost},
                                    Number{"timed", &Function::timed},
                                    Number{"split", &Function::split},
                                    Number{"standard_error_ns", &Function::standard_error_ns}};

static_assert(sizeof(Function) == sizeof(std::string) + (1 + numbers.size()) * sizeof(std::uint64_t),
              "a number of Function is missing in the list above");

// Calls visit(name, value) for each field; a value is text or a std::uint64_t.
template <class Visit>
void for_each_field(const Function& f, Visit visit) {
  visit("name", f.name);
  visit("direction", text(f.direction));
  for (const Number& number : numbers) visit(number.name, f.*number.value);
}

}  // namespace polyhost::record
