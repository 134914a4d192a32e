#include "accelerators/json/dict_items.h"
#include "accelerators/json/kept.h"
#include "accelerators/json/output.h"
#include "accelerators/json/standard.h"
#include "accelerators/json/write_number.h"
#include "accelerators/json/write_text.h"

#include <polyhost/detail/pylong.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace polyhost::json {

#ifdef Py_GIL_DISABLED

// Other threads may change the object meanwhile.
PyObject* standard_dumps(PyObject* /*object*/, const standard_style& /*style*/) {
  return Py_NewRef(Py_NotImplemented);
}

#else

namespace {

constexpr unsigned deepest = 200;

std::string_view view(PyObject* ascii) {
  if (ascii == nullptr) return {};
  return {reinterpret_cast<const char*>(PyUnicode_DATA(ascii)),
          static_cast<std::size_t>(PyUnicode_GET_LENGTH(ascii))};
}

// All functions return false if there is no memory, with an exception set, or if they leave it to others,
// without one.
class standard_writer {
 public:
  standard_writer(output& out, const standard_style& style)
      : out_(out),
        style_(style),
        items_(view(style.item_separator)),
        keys_(view(style.key_separator)),
        indent_(view(style.indent)) {}

  bool value(PyObject* object) {
    PyTypeObject* const type = Py_TYPE(object);
    if (type == &PyUnicode_Type) return text(object);
    if (type == &PyLong_Type) return integer(object);
    if (type == &PyFloat_Type) return floating(PyFloat_AS_DOUBLE(object));
    if (type == &PyDict_Type) return dict(object);
    if (type == &PyList_Type) return items(reinterpret_cast<PyListObject*>(object)->ob_item, Py_SIZE(object));
    if (type == &PyTuple_Type)
      return items(reinterpret_cast<PyTupleObject*>(object)->ob_item, Py_SIZE(object));
    if (object == Py_None || type == &PyBool_Type) return word(name_of(object));
    return false;
  }

 private:
  static std::string_view name_of(PyObject* object) {
    if (object == Py_None) return "null";
    return object == Py_True ? "true" : "false";
  }

  bool word(std::string_view text) {
    if (!out_.reserve(text.size() + text_slack)) return false;
    out_.put(text);
    return true;
  }

  bool text(PyObject* text) {
    if (!style_.ensure_ascii) return out_.go_on(put_text(out_, out_.at(), text)) || leave_surrogates();
    const bool is_ascii =
        PyUnicode_IS_COMPACT_ASCII(text) != 0 && view(text).find('\x7f') == std::string_view::npos;
    return out_.go_on(is_ascii ? put_text(out_, out_.at(), text) : put_ascii_text(out_, out_.at(), text));
  }

  // Written as they are by the standard library.
  static bool leave_surrogates() {
    if (PyErr_ExceptionMatches(PyExc_TypeError) != 0) PyErr_Clear();
    return false;
  }

  bool integer(PyObject* number) {
    std::int64_t small = 0;
    if (!polyhost::detail::read_small_int(number, small)) {
      int overflow = 0;
      small = PyLong_AsLongLongAndOverflow(number, &overflow);
      if (overflow != 0) return false;
    }
    if (!out_.reserve(longest_number + text_slack)) return false;
    const bool is_negative = small < 0;
    const auto bits = static_cast<std::uint64_t>(small);
    out_.set_at(put_integer(out_.at(), is_negative ? 0 - bits : bits, is_negative));
    return true;
  }

  bool floating(double number) {
    if (!std::isfinite(number)) {
      if (!style_.allow_nan) return false;
      return word(std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }
    if (!out_.reserve(longest_number + text_slack)) return false;
    out_.set_at(put_double(out_.at(), number, float_style::python));
    return true;
  }

  bool enter(char bracket) {
    if (++depth_ > deepest || !out_.reserve(text_slack)) return false;
    out_.put(bracket);
    return new_line();
  }
  bool between() { return word(items_) && new_line(); }
  bool leave(char bracket) {
    --depth_;
    if (!new_line() || !out_.reserve(text_slack)) return false;
    out_.put(bracket);
    return true;
  }
  bool new_line() {
    if (style_.indent == nullptr) return true;
    if (!out_.reserve(1 + depth_ * indent_.size() + text_slack)) return false;
    out_.put('\n');
    for (unsigned i = 0; i < depth_; ++i) out_.put(indent_);
    return true;
  }

  bool items(PyObject* const* all, Py_ssize_t count) {
    if (count == 0) return word("[]");
    if (!enter('[')) return false;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if ((i > 0 && !between()) || !value(all[i])) return false;
    }
    return leave(']');
  }

  bool dict(PyObject* dict) {
    if (PyDict_GET_SIZE(dict) == 0) return word("{}");
    if (!enter('{')) return false;
    if (style_.sort_keys) return sorted_items(dict) && leave('}');
    dict_items members(dict);
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    bool is_first = true;
    while (members.next(key, value)) {
      if ((!std::exchange(is_first, false) && !between()) || !item(key, value)) return false;
    }
    return leave('}');
  }

  bool sorted_items(PyObject* dict) {
    std::vector<std::pair<PyObject*, PyObject*> > all;
    all.reserve(static_cast<std::size_t>(PyDict_GET_SIZE(dict)));
    dict_items members(dict);
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    while (members.next(key, value)) {
      if (!PyUnicode_CheckExact(key)) return false;
      all.emplace_back(key, value);
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return PyUnicode_Compare(a.first, b.first) < 0; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((i > 0 && !between()) || !item(all[i].first, all[i].second)) return false;
    }
    return true;
  }

  bool item(PyObject* key, PyObject* value) { return this->key(key) && word(keys_) && this->value(value); }

  bool key(PyObject* key) {
    PyTypeObject* const type = Py_TYPE(key);
    if (type == &PyUnicode_Type) return text(key);
    const bool is_number = type == &PyLong_Type || type == &PyFloat_Type;
    if (!is_number && key != Py_None && type != &PyBool_Type) return false;
    if (!word("\"") || !value(key)) return false;
    return word("\"");
  }

  output& out_;
  const standard_style& style_;
  const std::string_view items_;
  const std::string_view keys_;
  const std::string_view indent_;
  unsigned depth_ = 0;
};

PyObject* as_str(std::string_view text, bool is_ascii) {
  const auto size = static_cast<Py_ssize_t>(text.size());
  if (!is_ascii) return PyUnicode_DecodeUTF8(text.data(), size, nullptr);
  PyObject* const made = PyUnicode_New(size, 127);
  if (made != nullptr) std::memcpy(PyUnicode_1BYTE_DATA(made), text.data(), text.size());
  return made;
}

PyObject* dumps_into(output_room& room, PyObject* object, const standard_style& style) {
  output out(room);
  if (standard_writer(out, style).value(object)) return as_str(out.text(), style.ensure_ascii);
  return PyErr_Occurred() != nullptr ? nullptr : Py_NewRef(Py_NotImplemented);
}

}  // namespace

PyObject* standard_dumps(PyObject* object, const standard_style& style) {
  std::unique_ptr<output_room> room = kept<output_room>::take();
  if (!room) room.reset(new (std::nothrow) output_room);
  if (!room) return PyErr_NoMemory();
  PyObject* const made = dumps_into(*room, object, style);
  kept<output_room>::leave(std::move(room));
  return made;
}

#endif

}  // namespace polyhost::json
