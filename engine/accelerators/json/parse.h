// From JSON text (RFC 8259) to Python objects.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdint>

namespace polyhost::json {

// Documents may be nested that deep.
inline constexpr std::size_t deepest_document = 1024;

// What parsing may do otherwise than by default.
struct parse_options {
  bool big_integers = false;         // integers beyond 64 bits are int, and not the nearest float
  bool refuse_big_integers = false;  // or a flaw
  PyObject* decimal = nullptr;       // what numbers with a fraction or an exponent are made by; null: floats
  std::size_t deepest = deepest_document;  // at most that
};

struct parse_flaw {
  const char* message = nullptr;  // static text; null: none
  std::size_t at = 0;             // in bytes
};
inline constexpr const char* end_of_data = "unexpected end of data";
inline constexpr const char* expected_value = "unexpected character, expected a JSON value";
inline constexpr const char* expected_key = "unexpected character, expected a string key";
inline constexpr const char* expected_colon = "unexpected character, expected ':' after key";
inline constexpr const char* expected_array_end = "unexpected character, expected ',' or ']'";
inline constexpr const char* expected_object_end = "unexpected character, expected ',' or '}'";

// The value of a document: a new reference. Null with an exception set, as MemoryError; or, if the text is
// not such a document, with `flaw` filled and no exception. The byte behind the text must be readable, and be
// NUL. Needs the GIL. Python code may run meanwhile: `decimal`, and finalizers, where garbage is collected.
PyObject* parse(const char* text, std::size_t size, const parse_options& options, parse_flaw& flaw);

// Whether objects are written in place (objects_direct.h); the switch is for tests and benchmarks.
bool uses_direct_objects();
void use_direct_objects(bool wanted);

// Lets go of what is kept between documents.
void forget_documents();

}  // namespace polyhost::json
