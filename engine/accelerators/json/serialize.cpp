// The built-in types, and containers of them.
#include "accelerators/json/serialize.h"

#include "accelerators/json/dict_items.h"
#include "accelerators/json/errors.h"
#include "accelerators/json/kept.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/write_number.h"
#include "accelerators/json/write_text.h"

#include <polyhost/detail/pylong.hpp>
#include <polyhost/object.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace polyhost::json {

namespace {

// For as long as an object is written, during which Python code may run that drops it.
class keep_alive {
 public:
  explicit keep_alive(PyObject* object) : object_(Py_NewRef(object)) {}
  keep_alive(const keep_alive&) = delete;
  keep_alive& operator=(const keep_alive&) = delete;
  ~keep_alive() { Py_DECREF(object_); }

 private:
  PyObject* object_;
};

char* refuse(const char* message) {
  raise_encode_error(message);
  return nullptr;
}

constexpr std::uint64_t largest_exact_integer = (std::uint64_t{1} << 53U) - 1;

}  // namespace

char* serializer::put_value(PyObject* object, char* to) {
  PyTypeObject* const type = Py_TYPE(object);
  if (type == &PyUnicode_Type) return put_text(out_, to, object);
  if (type == &PyLong_Type) return put_long(object, to);
  if (type == &PyFloat_Type) return put_floating(PyFloat_AS_DOUBLE(object), to);
  if (type == &PyDict_Type) return put_dict(object, to);
  if (type == &PyList_Type) return put_list(object, to);
  if (object == Py_None) return put_word("null", to);
  if (object == Py_True) return put_word("true", to);
  if (object == Py_False) return put_word("false", to);
  return put_other(object, to);
}

bool serializer::value(PyObject* object) { return out_.go_on(put_value(object, out_.at())); }

char* serializer::put_other(PyObject* object, char* to) {
  if (PyTuple_CheckExact(object))
    return put_items(object, to, [object] { return reinterpret_cast<PyTupleObject*>(object)->ob_item; });
  ++others_;
  out_.set_at(to);
  const keep_alive kept(object);
  return serialize_other(*this, object) ? out_.at() : nullptr;
}

char* serializer::put_word(std::string_view text, char* to) {
  to = out_.reserve(to, text.size() + text_slack);
  if (to == nullptr) return nullptr;
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

bool serializer::word(std::string_view text) { return out_.go_on(put_word(text, out_.at())); }

bool serializer::text(std::string_view utf8) {
  return out_.go_on(put_quoted(out_, out_.at(), utf8.data(), utf8.size()));
}

bool serializer::str(PyObject* text) { return out_.go_on(put_text(out_, out_.at(), text)); }

char* serializer::put_long(PyObject* number, char* to) {
  std::int64_t small = 0;
  if (!polyhost::detail::read_small_int(number, small)) return put_wide_long(number, to);
  const bool is_negative = small < 0;
  return put_magnitude(static_cast<std::uint64_t>(is_negative ? -small : small), is_negative, to);
}

char* serializer::put_magnitude(std::uint64_t magnitude, bool is_negative, char* to) {
  if (magnitude > largest_exact_integer && has(dump_option::strict_integer))
    return refuse("Integer exceeds 53-bit range");
  to = out_.reserve(to, longest_number + text_slack);
  return to == nullptr ? nullptr : put_integer(to, magnitude, is_negative);
}

char* serializer::put_wide_long(PyObject* number, char* to) {
  int overflow = 0;
  const long long wide = PyLong_AsLongLongAndOverflow(number, &overflow);
  const bool is_negative = overflow == 0 && wide < 0;
  std::uint64_t magnitude =
      is_negative ? 0 - static_cast<std::uint64_t>(wide) : static_cast<std::uint64_t>(wide);
  if (overflow > 0) magnitude = PyLong_AsUnsignedLongLong(number);
  const bool is_wider = overflow < 0 || (overflow > 0 && PyErr_Occurred() != nullptr);
  if (!is_wider) return put_magnitude(magnitude, is_negative, to);
  PyErr_Clear();
  if (!has(dump_option::big_integers)) return refuse("Integer exceeds 64-bit range");
  if (has(dump_option::strict_integer)) return refuse("Integer exceeds 53-bit range");
  ++others_;  // signal handlers may run meanwhile
  const keep_alive kept(number);
  const polyhost::object digits = polyhost::object::steal(PyLong_Type.tp_repr(number));
  if (!digits && PyErr_ExceptionMatches(PyExc_ValueError) != 0)
    raise_encode_error_from("Integer has more digits than sys.set_int_max_str_digits allows");
  Py_ssize_t size = 0;
  const char* const utf8 = digits ? PyUnicode_AsUTF8AndSize(digits.get(), &size) : nullptr;
  return utf8 == nullptr ? nullptr : put_word({utf8, static_cast<std::size_t>(size)}, to);
}

char* serializer::put_floating(double number, char* to) {
  to = out_.reserve(to, longest_number + text_slack);
  return to == nullptr ? nullptr : put_double(to, number, float_style::json);
}

char* serializer::put_start(char bracket, char* to) {
  if (++depth_ > deepest) return refuse("Recursion limit reached");
  to = out_.reserve(to, text_slack);
  if (to != nullptr) *to++ = bracket;
  return to;
}

char* serializer::put_end(char bracket, bool is_empty, char* to) {
  --depth_;
  if (!is_empty) {
    to = put_indent(to - 1);  // in the last comma's place
    if (to == nullptr) return nullptr;
  }
  to = out_.reserve(to, text_slack);
  if (to != nullptr) *to++ = bracket;
  return to;
}

bool serializer::stand_in(PyObject* value) {
  if (++stand_ins_ > deepest) return raise_encode_error("Recursion limit reached");
  const bool done = this->value(value);
  --stand_ins_;
  return done;
}

char* serializer::put_new_line(char* to) {
  const std::size_t spaces = std::size_t{2} * depth_;
  to = out_.reserve(to, spaces + text_slack);
  if (to == nullptr) return nullptr;
  *to++ = '\n';
  std::memset(to, ' ', spaces);
  return to + spaces;
}

// The items of a list or a tuple. Python code that runs meanwhile may change a list: not more than its first
// size is written.
template <class Items>
char* serializer::put_items(PyObject* sequence, char* to, Items items) {
  const keep_alive kept(sequence);
  to = put_start('[', to);
  if (to == nullptr) return nullptr;
  PyObject* const* all = items();
  Py_ssize_t size = Py_SIZE(sequence);
  const bool is_empty = size == 0;
  std::size_t others = others_;
  for (Py_ssize_t i = 0; i < size; ++i) {
    to = put_indent(to);
    if (to != nullptr) to = put_value(all[i], to);
    if (to == nullptr) return nullptr;
    *to++ = ',';
    if (others_ != others) [[unlikely]] {
      others = others_;
      all = items();
      size = std::min(size, Py_SIZE(sequence));
    }
  }
  return put_end(']', is_empty, to);
}

char* serializer::put_list(PyObject* list, char* to) {
#ifdef Py_GIL_DISABLED  // other threads may change it
  const polyhost::object tuple = polyhost::object::steal(PyList_AsTuple(list));
  return tuple ? put_other(tuple.get(), to) : nullptr;
#else
  return put_items(list, to, [list] { return reinterpret_cast<PyListObject*>(list)->ob_item; });
#endif
}

#ifdef Py_GIL_DISABLED
namespace {

// Its items at one time: other threads may change it. PyDict_Copy would ask a subclass that iterates
// otherwise for its keys.
polyhost::object copy_of(PyObject* dict) {
  if (PyDict_CheckExact(dict)) return polyhost::object::steal(PyDict_Copy(dict));
  const polyhost::object items = polyhost::object::steal(PyDict_Items(dict));
  polyhost::object copy = polyhost::object::steal(items ? PyDict_New() : nullptr);
  if (!copy || PyDict_MergeFromSeq2(copy.get(), items.get(), 1) != 0) return {};
  return copy;
}

}  // namespace
#endif

char* serializer::put_dict(PyObject* dict, char* to) {
#ifdef Py_GIL_DISABLED
  const polyhost::object copy = copy_of(dict);
  if (!copy) return nullptr;
  dict = copy.get();
#endif
  const keep_alive kept(dict);
  if (!has(dump_option::sort_keys | dump_option::non_str_keys)) [[likely]]
    return put_plain_dict(dict, to);
  ++others_;  // its keys' attributes are asked for
  out_.set_at(to);
  return serialize_converted_dict(*this, dict) ? out_.at() : nullptr;
}

bool serializer::has_size(PyObject* dict, Py_ssize_t size) {
  if (PyDict_GET_SIZE(dict) == size) [[likely]]
    return true;
  PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
  return false;
}

char* serializer::put_member(PyObject* key, PyObject* value, char* to) {
  if (!PyUnicode_CheckExact(key)) [[unlikely]]
    return refuse("Dict key must be str");
  to = put_indent(to);
  if (to != nullptr) to = put_text(out_, to, key);
  if (to != nullptr) to = put_value(value, put_colon(to));
  if (to != nullptr) *to++ = ',';
  return to;
}

char* serializer::put_plain_dict(PyObject* dict, char* to) {
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  std::size_t others = others_;
  to = put_start('{', to);
  if (to == nullptr) return nullptr;
  dict_items items(dict);
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (items.next(key, value)) {
    to = put_member(key, value, to);
    if (to == nullptr) return nullptr;
    if (others_ != others) [[unlikely]] {
      if (!has_size(dict, size)) return nullptr;
      others = others_;
      items = dict_items(dict, items.position());
    }
  }
  return put_end('}', size == 0, to);
}

bool serializer::ask_default(PyObject* object) {
  if (default_ == nullptr) return raise_unsupported(object);
  if (default_calls_ == most_default_calls)
    return raise_encode_error("default serializer exceeds recursion limit");
  ++default_calls_;
  const polyhost::object made = polyhost::object::steal(PyObject_CallOneArg(default_, object));
  if (!made) return raise_unsupported(object);
  const bool done = value(made.get());
  --default_calls_;
  return done;
}

namespace {

// What is kept between calls.
struct writing_memory {
  output_room room;
  std::size_t expected = 0;  // as large as the last text that did not fit there, and a little more
};

PyObject* dump_into(writing_memory& own, PyObject* object, PyObject* default_function,
                    std::uint32_t options) {
  output out(own.room, own.expected);
  serializer s(out, default_function, options);
  if (!s.value(object)) return nullptr;
  if ((options & dump_option::append_newline) != 0) {
    if (!out.reserve(1)) return nullptr;
    out.put('\n');
  }
  const std::size_t size = out.text().size();
  constexpr std::size_t largest_guess = std::size_t{1} << 26U;
  if (size > own.room.size()) own.expected = std::min(size + size / 16, largest_guess);
  return out.take_bytes();
}

}  // namespace

PyObject* dump(PyObject* object, PyObject* default_function, std::uint32_t options) {
  std::unique_ptr<writing_memory> own = kept<writing_memory>::take();
  if (!own) own.reset(new (std::nothrow) writing_memory);
  if (!own) return PyErr_NoMemory();
  PyObject* const made = dump_into(*own, object, default_function, options);
  kept<writing_memory>::leave(std::move(own));
  return made;
}

}  // namespace polyhost::json
