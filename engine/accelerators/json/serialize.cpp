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
#include <cmath>
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

constexpr std::uint64_t largest_exact_integer = (std::uint64_t{1} << 53U) - 1;

}  // namespace

bool serializer::value(PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  if (type == &PyUnicode_Type) return write_text(out_, object);
  if (type == &PyLong_Type) return integer(object);
  if (type == &PyFloat_Type) return floating(PyFloat_AS_DOUBLE(object));
  if (type == &PyDict_Type) return dict(object);
  if (type == &PyList_Type) return list(object);
  if (object == Py_None) return word("null");
  if (object == Py_True) return word("true");
  if (object == Py_False) return word("false");
  if (type == &PyTuple_Type)
    return items(object, [](PyObject* tuple) -> PyObject* const* {
      return reinterpret_cast<PyTupleObject*>(tuple)->ob_item;
    });
  const keep_alive kept(object);
  return serialize_other(*this, object);
}

bool serializer::word(std::string_view text) {
  if (!out_.reserve(text.size() + text_slack)) return false;
  out_.put(text);
  return true;
}

bool serializer::text(std::string_view utf8) { return write_quoted(out_, utf8.data(), utf8.size()); }

bool serializer::integer(PyObject* number) {
  std::int64_t small = 0;
  std::uint64_t magnitude = 0;
  bool is_negative = false;
  if (polyhost::detail::read_small_int(number, small)) {
    is_negative = small < 0;
    magnitude = is_negative ? 0 - static_cast<std::uint64_t>(small) : static_cast<std::uint64_t>(small);
  } else {
    int overflow = 0;
    const long long wide = PyLong_AsLongLongAndOverflow(number, &overflow);
    is_negative = overflow < 0 || (overflow == 0 && wide < 0);
    magnitude = is_negative ? 0 - static_cast<std::uint64_t>(wide) : static_cast<std::uint64_t>(wide);
    if (overflow > 0) magnitude = PyLong_AsUnsignedLongLong(number);
    if (overflow < 0 || (overflow > 0 && PyErr_Occurred() != nullptr)) {
      PyErr_Clear();
      if (has(dump_option::strict_integer)) return raise_encode_error("Integer exceeds 53-bit range");
      if (!has(dump_option::big_integers)) return raise_encode_error("Integer exceeds 64-bit range");
      const polyhost::object digits = polyhost::object::steal(PyLong_Type.tp_repr(number));
      Py_ssize_t size = 0;
      const char* const utf8 = digits ? PyUnicode_AsUTF8AndSize(digits.get(), &size) : nullptr;
      if (!digits && PyErr_ExceptionMatches(PyExc_ValueError) != 0)
        return raise_encode_error_from("Integer has more digits than sys.set_int_max_str_digits allows");
      return utf8 != nullptr && word({utf8, static_cast<std::size_t>(size)});
    }
  }
  if (magnitude > largest_exact_integer && has(dump_option::strict_integer))
    return raise_encode_error("Integer exceeds 53-bit range");
  if (!out_.reserve(longest_number + text_slack)) return false;
  out_.set_at(put_integer(out_.at(), magnitude, is_negative));
  return true;
}

bool serializer::floating(double number) {
  if (!std::isfinite(number)) return word("null");
  if (!out_.reserve(longest_number + text_slack)) return false;
  out_.set_at(put_double(out_.at(), number, float_style::json));
  return true;
}

bool serializer::enter(char bracket, unsigned more) {
  if (++depth_ > deepest + more) return raise_encode_error("Recursion limit reached");
  if (!out_.reserve(text_slack)) return false;
  out_.put(bracket);
  return true;
}

bool serializer::leave(char bracket, bool is_empty) {
  --depth_;
  if (!is_empty) {
    out_.drop_last();
    if (has(dump_option::indent_2) && !new_line()) return false;
  }
  if (!out_.reserve(text_slack)) return false;
  out_.put(bracket);
  return true;
}

bool serializer::stand_in(PyObject* value) {
  if (++stand_ins_ > deepest) return raise_encode_error("Recursion limit reached");
  const bool done = this->value(value);
  --stand_ins_;
  return done;
}

bool serializer::new_line() {
  const std::size_t spaces = std::size_t{2} * depth_;
  if (!out_.reserve(spaces + text_slack)) return false;
  out_.put('\n');
  out_.put_spaces(spaces);
  return true;
}

// The items of a list or a tuple. Python code that runs meanwhile may change a list: not more than its first
// size is written.
bool serializer::items(PyObject* sequence, PyObject* const* (*begin)(PyObject*)) {
  if (Py_SIZE(sequence) == 0) return word("[]");
  const keep_alive kept(sequence);
  if (!enter('[')) return false;
  const Py_ssize_t size = Py_SIZE(sequence);
  Py_ssize_t i = 0;
  for (; i < size && i < Py_SIZE(sequence); ++i) {
    if (!next() || !value(begin(sequence)[i])) return false;
    comma();
  }
  return leave(']', i == 0);
}

bool serializer::list(PyObject* list) {
#ifdef Py_GIL_DISABLED  // other threads may change it
  const polyhost::object tuple = polyhost::object::steal(PyList_AsTuple(list));
  return tuple && value(tuple.get());
#else
  return items(list,
               [](PyObject* l) -> PyObject* const* { return reinterpret_cast<PyListObject*>(l)->ob_item; });
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

bool serializer::dict(PyObject* dict) {
#ifdef Py_GIL_DISABLED
  const polyhost::object copy = copy_of(dict);
  if (!copy) return false;
  dict = copy.get();
#endif
  const keep_alive kept(dict);
  if (has(dump_option::sort_keys | dump_option::non_str_keys)) return serialize_converted_dict(*this, dict);
  return plain_dict(dict);
}

bool serializer::item(PyObject* key, PyObject* value) {
  if (!PyUnicode_CheckExact(key)) [[unlikely]]
    return raise_encode_error("Dict key must be str");
  if (!next() || !write_text(out_, key)) return false;
  colon();
  if (!this->value(value)) return false;
  comma();
  return true;
}

bool serializer::has_size(PyObject* dict, Py_ssize_t size) {
  if (PyDict_GET_SIZE(dict) == size) [[likely]]
    return true;
  PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
  return false;
}

bool serializer::plain_dict(PyObject* dict) {
  if (!enter('{')) return false;
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (next_item(dict, position, key, value)) {
    if (!item(key, value) || !has_size(dict, size)) return false;
  }
  return leave('}', size == 0);
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
