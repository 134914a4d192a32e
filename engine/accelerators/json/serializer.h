// The serializer's state, and which file writes which types. Private to the serialize_*.cpp.
#pragma once

#include "accelerators/json/output.h"
#include "accelerators/json/serialize.h"

#include <Python.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyhost::json {

// Functions return false, or null, with an exception set if they fail. Each value leaves room for a few bytes
// behind it (text_slack): separators need not be reserved.
//
// Those named put_... are the fast path: the position in the text goes from one to the next, so that it stays
// in a register. They write at `to` and return what follows. The others write where out() is.
class serializer {
 public:
  serializer(output& out, PyObject* default_function, std::uint32_t options)
      : out_(out), default_(default_function), options_(options) {}

  bool value(PyObject* object);

  // For the functions below, which know other types.

  [[nodiscard]] output& out() { return out_; }
  [[nodiscard]] bool has(std::uint32_t option) const { return (options_ & option) != 0; }

  bool str(PyObject* text);
  bool integer(PyObject* number) { return out_.go_on(put_long(number, out_.at())); }
  bool floating(double number) { return out_.go_on(put_floating(number, out_.at())); }
  bool list(PyObject* list) { return out_.go_on(put_list(list, out_.at())); }
  bool dict(PyObject* dict) { return out_.go_on(put_dict(dict, out_.at())); }
  // False with an exception set if Python code has changed a dict while it was written.
  static bool has_size(PyObject* dict, Py_ssize_t size);
  // In quotes, escaped; in valid UTF-8.
  bool text(std::string_view utf8);
  // As it is.
  bool word(std::string_view text);
  [[nodiscard]] bool has_default() const { return default_ != nullptr; }
  // What the caller's `default` makes of it.
  bool ask_default(PyObject* object);

  // A container is: enter; for each item next, the item, comma; leave. Entering fails if it is too deep.
  bool enter(char bracket) { return out_.go_on(put_start(bracket, out_.at())); }
  bool next() { return out_.go_on(put_indent(out_.at())); }
  void comma() { out_.put(','); }
  bool leave(char bracket, bool is_empty) { return out_.go_on(put_end(bracket, is_empty, out_.at())); }
  // A value that stands for another one. Fails if there are too many within each other.
  bool stand_in(PyObject* value);
  // Behind a key.
  void colon() { out_.set_at(put_colon(out_.at())); }

 private:
  static constexpr unsigned deepest = 254;
  static constexpr unsigned most_default_calls = 255;

  [[gnu::always_inline]] inline char* put_value(PyObject* object, char* to);
  [[gnu::noinline]] char* put_other(PyObject* object, char* to);
  [[gnu::always_inline]] inline char* put_word(std::string_view text, char* to);
  [[gnu::noinline]] char* put_long(PyObject* number, char* to);
  [[gnu::always_inline]] inline char* put_magnitude(std::uint64_t magnitude, bool is_negative, char* to);
  [[gnu::noinline]] char* put_wide_long(PyObject* number, char* to);
  [[gnu::noinline]] char* put_floating(double number, char* to);
  [[gnu::noinline]] char* put_list(PyObject* list, char* to);
  [[gnu::noinline]] char* put_dict(PyObject* dict, char* to);
  template <class Items>
  [[gnu::always_inline]] inline char* put_items(PyObject* sequence, char* to, Items items);
  [[gnu::always_inline]] inline char* put_plain_dict(PyObject* dict, char* to);
  [[gnu::always_inline]] inline char* put_member(PyObject* key, PyObject* value, char* to);
  char* put_start(char bracket, char* to);
  char* put_end(char bracket, bool is_empty, char* to);
  [[gnu::always_inline]] char* put_indent(char* to) {
    return has(dump_option::indent_2) ? put_new_line(to) : to;
  }
  [[gnu::always_inline]] char* put_colon(char* to) const {
    *to++ = ':';
    if (has(dump_option::indent_2)) *to++ = ' ';
    return to;
  }
  char* put_new_line(char* to);

  output& out_;
  PyObject* const default_;
  const std::uint32_t options_;
  unsigned depth_ = 0;
  unsigned stand_ins_ = 0;
  unsigned default_calls_ = 0;
  // How often Python code may have run: raised before it may. While it stays the same, so do the containers
  // that are being written.
  std::size_t others_ = 0;
};

// Of a type that is not exactly one of the built-in ones: fragments, enumerations, subclasses, dataclasses,
// UUIDs and what the options name; else `default` is asked (serialize_other.cpp).
bool serialize_other(serializer& s, PyObject* object);

// A dict whose keys are to be sorted, or may be other than str (serialize_dict.cpp).
bool serialize_converted_dict(serializer& s, PyObject* dict);

enum class outcome : std::uint8_t { done, failed, not_mine };

// datetime, date, time (serialize_time.cpp).
outcome serialize_time(serializer& s, PyObject* object);
// The same without quotes, for a dict's key.
outcome time_text(const serializer& s, PyObject* object, std::string& text);

// timedelta, as ISO 8601 has durations (serialize_time.cpp).
outcome serialize_duration(serializer& s, PyObject* object);

// numpy's arrays and scalars (serialize_numpy.cpp).
outcome serialize_numpy(serializer& s, PyObject* object);

// Sets, deques, paths, durations, bytes and decimals, as the options say (serialize_more.cpp).
outcome serialize_more(serializer& s, PyObject* object);

// A UUID as its 36 characters. False with an exception set.
bool uuid_text(PyObject* uuid, std::string& text);

}  // namespace polyhost::json
