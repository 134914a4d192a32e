// One pass over the text, without recursion: the containers that are open lie on a stack, their items on
// another one.
#include "accelerators/json/parse.h"

#include "accelerators/json/decode.h"
#include "accelerators/json/kept.h"
#include "accelerators/json/number.h"
#include "accelerators/json/objects_api.h"
#include "accelerators/json/objects_direct.h"
#include "accelerators/json/parse_memory.h"
#include "accelerators/json/shapes.h"
#include "accelerators/json/simd.h"
#include "accelerators/json/strings.h"

#include <polyhost/object.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include <string>
#include <utility>
#include <vector>

namespace polyhost::json {

namespace {

constexpr const char* not_utf8 = "str is not valid UTF-8: surrogates not allowed";

template <class Objects>
class parser {
 public:
  using node = shape_node<Objects>;

  parser(parse_memory<Objects>& kept, const char* text, std::size_t size, const parse_options& options)
      : kept_(kept),
        begin_(text),
        limits_{text + size, text + size},
        at_(text),
        options_(options),
        document_(kept.open.data()),
        innermost_(document_),
        deepest_(document_ + options.deepest) {
    *document_ = {container::array, false, 0, 0, nullptr, nullptr, kept.known.root};
    if (size > parse_memory<Objects>::longest_copy) return;
    // Copied, so that what reads sixteen bytes at a time may do so to the end.
    std::memcpy(kept.copy.data(), text, size);
    std::memset(kept.copy.data() + size, 0, parse_memory<Objects>::padding);
    begin_ = at_ = kept.copy.data();
    limits_ = {begin_ + size, begin_ + size + parse_memory<Objects>::padding};
  }

  PyObject* document(parse_flaw& flaw) {
    PyObject* const result = whole_text();
    kept_.known.root = document_->inner;
    if (result == nullptr) {
      kept_.values.release_from(0);
      kept_.keys.release_from(0);
      if (PyErr_Occurred() == nullptr) flaw = {message_, static_cast<std::size_t>(flaw_at_ - begin_)};
    }
    return result;
  }

 private:
  PyObject* whole_text() {
    skip_spaces();
    if (at_ == limits_.end) return fail("input data is empty", begin_);
    PyObject* const made = value();
    if (made == nullptr) {
      constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
      return flaw_at_ == begin_ && text().starts_with(byte_order_mark)
                 ? fail("UTF-8 byte order mark (BOM) is not supported", begin_)
                 : nullptr;
    }
    skip_spaces();
    if (at_ == limits_.end) return made;
    Py_DECREF(made);
    return fail("unexpected content after document", at_);
  }

  // The value that begins here, with all that is in it.
  PyObject* value() {
    while (true) {
      PyObject* made = nullptr;
      if (*at_ == '"') {
        made = string();
      } else if (*at_ == '{') {
        if (!open_object(made)) return nullptr;
        if (made == nullptr) continue;
      } else if (*at_ == '[') {
        if (!open_array(made)) return nullptr;
        if (made == nullptr) continue;
      } else {
        made = scalar();
      }
      // What the value is an item of goes on, or ends, and is itself the next value then.
      while (true) {
        frame<Objects>* const f = innermost_;
        if (made == nullptr || f == document_) return made;
        if (!kept_.values.push(made)) return nullptr;
        skip_spaces();
        if (*at_ == ',') {
          if (!next_item(*f)) return nullptr;
          break;
        }
        const bool is_array = f->kind == container::array;
        if (*at_ != (is_array ? ']' : '}'))
          return fail_at(at_, is_array ? expected_array_end : expected_object_end);
        made = is_array ? close_array(*f) : close_object(*f);
      }
    }
  }

  // Behind a comma: to the next value.
  [[gnu::always_inline]] bool next_item(frame<Objects>& f) {
    const char* const comma = at_++;
    skip_spaces();
    if (f.kind != container::array) {
      if (*at_ == '}') return fail("trailing comma is not allowed", comma) != nullptr;
      return key(f, &f.shape->likely);
    }
    if (*at_ == ']') return fail("trailing comma is not allowed", comma) != nullptr;
    return true;
  }

  // Where it is noted how the object that comes next in `f` began last time.
  [[gnu::always_inline]] node** likely_beginning(frame<Objects>& f) {
    return f.kind == container::array ? &f.inner : &f.shape->inner;
  }

  // A container begins here: to what stands first in it. Null with a flaw if it would be too deep.
  [[gnu::always_inline]] frame<Objects>* open(container kind) {
    if (innermost_ == deepest_) [[unlikely]] {
      fail_at(at_ + 1, "depth limit exceeded");
      return nullptr;
    }
    frame<Objects>* const f = ++innermost_;
    f->kind = kind;
    f->has_containers = false;
    f->items = kept_.values.size();
    ++at_;
    skip_spaces();
    return f;
  }

  // At the first value in an array; or `empty` is a new array, and all of it.
  [[gnu::always_inline]] bool open_array(PyObject*& empty) {
    node** const likely = likely_beginning(*innermost_);
    frame<Objects>* const f = open(container::array);
    if (f == nullptr) return false;
    f->likely = likely;
    f->inner = *likely;
    if (*at_ != ']') return true;
    empty = close_array(*f);
    return empty != nullptr;
  }

  // The same for an object.
  [[gnu::always_inline]] bool open_object(PyObject*& empty) {
    node** const likely = likely_beginning(*innermost_);
    frame<Objects>* const f = open(container::shaped_object);
    if (f == nullptr) return false;
    f->shape = nullptr;
    if (*at_ != '}') return key(*f, likely);
    ++at_;
    leave();
    empty = Objects::empty_dict();
    return empty != nullptr;
  }

  [[gnu::always_inline]] void leave() { (--innermost_)->has_containers = true; }

  PyObject* close_array(const frame<Objects>& f) {
    ++at_;
    PyObject* const made = Objects::list(kept_.values.from(f.items), kept_.values.size() - f.items);
    if (made == nullptr) return nullptr;
    kept_.values.given_away_from(f.items);
    *f.likely = f.inner;
    leave();
    return made;
  }

  PyObject* close_object(frame<Objects>& f) {
    ++at_;
    const std::size_t count = kept_.values.size() - f.items;
    PyObject* made = nullptr;
    if (f.kind == container::shaped_object && f.shape->ending != nullptr) {
      made = Objects::dict_from(*f.shape->ending, kept_.values.from(f.items), f.has_containers);
    } else {
      node* const ended = f.kind == container::shaped_object ? f.shape : nullptr;
      if (ended != nullptr && !become_plain(f)) return nullptr;
      made = Objects::dict(kept_.keys.from(f.keys), kept_.values.from(f.items), count, f.has_containers);
      if (made == nullptr) return nullptr;
      kept_.keys.given_away_from(f.keys);
      if (ended != nullptr) ended->ending = Objects::make_template(made);
    }
    if (made == nullptr) return nullptr;
    kept_.values.given_away_from(f.items);
    leave();
    return made;
  }

  // The keys of the shape so far onto the stack. False with an exception set.
  bool become_plain(frame<Objects>& f) {
    f.kind = container::plain_object;
    f.keys = kept_.keys.size();
    std::array<PyObject*, shapes<Objects>::deepest> path{};
    std::size_t count = 0;
    for (node* n = f.shape; n != nullptr; n = n->parent) path[count++] = n->key;
    f.shape = &kept_.known.unshaped;
    while (count > 0) {
      if (!kept_.keys.push(Py_NewRef(path[--count]))) return false;
    }
    return true;
  }

  // A key, to the value behind it. `likely` is where the expected one is noted.
  [[gnu::always_inline]] bool key(frame<Objects>& f, node** likely) {
    if (*at_ != '"') return fail_at(at_, expected_key) != nullptr;
    if (*likely != nullptr && (*likely)->matches(at_ + 1, limits_.readable)) [[likely]] {
      f.shape = *likely;
      at_ += f.shape->size + 3;
      skip_spaces();
      return true;
    }
    return unlikely_key(f, likely);
  }

  bool colon() {
    skip_spaces();
    if (*at_ != ':') return fail_at(at_, expected_colon) != nullptr;
    ++at_;
    skip_spaces();
    return true;
  }

  [[gnu::noinline]] bool unlikely_key(frame<Objects>& f, node** likely) {
    if (f.shape != nullptr) {
      for (node* n = f.shape->children; n != nullptr; n = n->sibling) {
        if (!n->is_key(at_ + 1, limits_.readable)) continue;
        *likely = f.shape = n;
        at_ += n->size + 2;
        return colon();
      }
    }
    const char* const text = at_ + 1;
    const plain_end found = find_end(text, 0, limits_);
    const auto size = static_cast<std::size_t>(found.at - text);
    PyObject* made = nullptr;
    if (*found.at == '"' && size <= shapes<Objects>::longest_key) {
      at_ = found.at + 1;
      auto* const kept = kept_.known.find(text, size);
      if (kept != nullptr) {
        if (f.kind == container::shaped_object) {
          node* const n = kept_.known.follow(f.shape, *kept);
          if (n != nullptr) {
            *likely = f.shape = n;
            return colon();
          }
        }
        made = Py_NewRef(kept->key);
      } else {
        made = plain_text(text, size, found.is_ascii);
        if (made != nullptr && !kept_.known.keep(text, size, made)) Py_CLEAR(made);
      }
    } else {
      made = string();
    }
    if (made == nullptr) return false;
    if (f.kind == container::shaped_object && !become_plain(f)) {
      Py_DECREF(made);
      return false;
    }
    return kept_.keys.push(made) && colon();
  }

  // Text without escapes.
  PyObject* plain_text(const char* text, std::size_t size, bool is_ascii) {
    if (is_ascii) {
      if (size == 0) return Py_NewRef(kept_.empty);
      if (size == 1) return Py_NewRef(kept_.letters[static_cast<unsigned char>(*text)]);
      return Objects::ascii(text, size);
    }
    return decoded(text, size);
  }

  PyObject* decoded(const char* text, std::size_t size) {
    PyObject* const made = kept_.text.decode(text, size);
    if (made == nullptr && PyErr_Occurred() == nullptr)
      return fail(not_utf8, text + valid_utf8_prefix(text, size));
    return made;
  }

  // The string that begins here.
  [[gnu::always_inline]] PyObject* string() {
    const char* const text = at_ + 1;
    std::size_t seen = 0;
    if (limits_.readable - text >= 16) [[likely]] {
      const bytes16 block = bytes16::load(text);
      const std::uint32_t stops = block.special_or_not_ascii();
      if (stops != 0) {
        seen = static_cast<std::size_t>(std::countr_zero(stops));
        if (text[seen] == '"') [[likely]] {
          at_ = text + seen + 1;
          if (seen > 1) [[likely]]
            return Objects::padded_ascii(text, seen);
          return plain_text(text, seen, true);
        }
      } else {
        seen = 16;
      }
    }
    return longer_string(text, seen);
  }

  [[gnu::noinline]] PyObject* longer_string(const char* text, std::size_t seen) {
    const plain_end found = find_end(text, seen, limits_);
    if (found.at == limits_.end) return fail(end_of_data, limits_.end);
    if (*found.at == '\\') return escaped_string(text, found);
    if (*found.at != '"') return fail("unexpected control character in string", found.at);
    at_ = found.at + 1;
    return plain_text(text, static_cast<std::size_t>(found.at - text), found.is_ascii);
  }

  // A string with escapes, of which the first one is found.
  PyObject* escaped_string(const char* text, plain_end first) {
    std::vector<char>& out = kept_.unescaped;
    const string_read read = unescape(text, first, limits_, out);
    if (read.message != nullptr) return fail(read.message, read.at);
    at_ = read.at;
    PyObject* const made = plain_text(out.data(), out.size(), read.is_ascii);
    // What the escapes stand for is valid: what is not stands in the document itself.
    if (made == nullptr && PyErr_Occurred() == nullptr)
      return fail(not_utf8, text + valid_utf8_prefix(text, static_cast<std::size_t>(read.at - text)));
    return made;
  }

  // A number or a literal.
  [[gnu::always_inline]] PyObject* scalar() {
    if (*at_ == '-' || is_digit(*at_)) return number_here();
    switch (*at_) {
      case 't':
        return literal("true", Py_True, "invalid literal, expected 'true'");
      case 'f':
        return literal("false", Py_False, "invalid literal, expected 'false'");
      case 'n':
        return literal("null", Py_None, "invalid literal, expected 'null'");
      case '+':
      case '.':
        return fail_at(at_, no_digit_after_sign);
      default:
        return fail_at(at_, expected_value);
    }
  }

  template <std::size_t N>
  PyObject* literal(const char (&name)[N], PyObject* value, const char* message) {
    constexpr std::size_t size = N - 1;
    const auto left = static_cast<std::size_t>(limits_.end - at_);
    if (left >= size && std::memcmp(at_, name, size) == 0) [[likely]] {
      at_ += size;
      return Py_NewRef(value);
    }
    if (left < size && std::memcmp(at_, name, left) == 0) return fail(end_of_data, limits_.end);
    return fail(message, at_);
  }

  PyObject* number_here() {
    const number n = parse_number(at_, limits_.readable);
    switch (n.kind) {
      case number_kind::integer:
        at_ = n.end;
        if (n.magnitude <= std::numeric_limits<std::int32_t>::max())  // made faster
          return PyLong_FromLong(static_cast<long>(n.magnitude));
        return PyLong_FromUnsignedLongLong(n.magnitude);
      case number_kind::negative_integer:
        at_ = n.end;
        return PyLong_FromLongLong(static_cast<long long>(0 - n.magnitude));
      case number_kind::floating:
        if (options_.decimal != nullptr) [[unlikely]]
          return decimal(n.end);
        at_ = n.end;
        return Objects::floating(n.floating);
      case number_kind::big_integer:
        if (options_.refuse_big_integers) return fail("integer exceeds 64-bit range", at_);
        if (options_.big_integers) return big_integer(n.end);
        at_ = n.end;
        return Objects::floating(n.floating);
      case number_kind::flawed:
        break;
    }
    if (n.flaw == number_flaw::infinite && (options_.big_integers || options_.decimal != nullptr))
      return beyond_floats(n.end);
    return flawed_number(n);
  }

  // A number that no float is near to.
  PyObject* beyond_floats(const char* end) {
    const bool is_integer = std::all_of(at_ + 1, end, is_digit);
    if (is_integer && options_.big_integers) return big_integer(end);
    if (!is_integer && options_.decimal != nullptr) return decimal(end);
    return fail("number is infinity when parsed as double", at_);
  }

  PyObject* big_integer(const char* end) {
    const std::string digits(std::exchange(at_, end), end);
    PyObject* const made = PyLong_FromString(digits.c_str(), nullptr, 10);
    if (made != nullptr || PyErr_ExceptionMatches(PyExc_ValueError) == 0) return made;
    PyErr_Clear();
    return fail("integer has more digits than sys.set_int_max_str_digits allows", end - digits.size());
  }

  PyObject* decimal(const char* end) {
    const char* const begin = std::exchange(at_, end);
    const object text = object::steal(PyUnicode_FromStringAndSize(begin, end - begin));
    PyObject* const made = text ? PyObject_CallOneArg(options_.decimal, text.get()) : nullptr;
    if (made != nullptr || PyErr_ExceptionMatches(PyExc_ArithmeticError) == 0) return made;
    PyErr_Clear();  // an exponent of more than 18 digits
    return fail("number exceeds the range of decimal.Decimal", begin);
  }

  PyObject* flawed_number(const number& n) {
    switch (n.flaw) {
      case number_flaw::leading_zero:
        return fail("number with leading zero is not allowed", n.end);
      case number_flaw::after_minus:
        return fail_at(n.end, no_digit_after_sign);
      case number_flaw::after_point:
        return fail_at(n.end, "no digit after decimal point");
      case number_flaw::after_exponent:
        return fail_at(n.end, "no digit after exponent sign");
      default:
        return fail("number is infinity when parsed as double", at_);
    }
  }

  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  [[gnu::always_inline]] void skip_spaces() {
    if (static_cast<unsigned char>(*at_) > ' ') [[likely]]
      return;
    skip_some_spaces();
  }
  [[gnu::always_inline]] void skip_some_spaces() {
    if (*at_ == ' ' && static_cast<unsigned char>(at_[1]) > ' ') {
      ++at_;
      return;
    }
    if (*at_ == '\n') {
      ++at_;
      while (limits_.readable - at_ >= 16) {  // indentation
        const std::uint32_t others = bytes16::load(at_).equal_to(' ') ^ 0xffffU;
        if (others != 0) {
          at_ += std::countr_zero(others);
          break;
        }
        at_ += 16;
      }
    }
    while (is_space(*at_)) ++at_;
  }

  static constexpr const char* no_digit_after_sign = "no digit after sign";

  [[nodiscard]] std::string_view text() const {
    return {begin_, static_cast<std::size_t>(limits_.end - begin_)};
  }
  PyObject* fail(const char* message, const char* at) {
    message_ = message;
    flaw_at_ = at;
    return nullptr;
  }
  // What stands at `at` cannot be there, or nothing stands there.
  PyObject* fail_at(const char* at, const char* message) {
    return at >= limits_.end ? fail(end_of_data, limits_.end) : fail(message, at);
  }

  parse_memory<Objects>& kept_;
  const char* begin_;
  text_limits limits_;
  const char* at_;
  const parse_options& options_;
  frame<Objects>* const document_;  // what has no container around it is its only item
  frame<Objects>* innermost_;       // the container that is open
  frame<Objects>* const deepest_;   // that may be
  const char* message_ = nullptr;
  const char* flaw_at_ = nullptr;
};

// Nothing that is made for a document is garbage: the collections that many new containers set off wait until
// it ends.
class no_collection {
 public:
  no_collection() : collecting_(PyGC_Disable()) {}
  no_collection(const no_collection&) = delete;
  no_collection& operator=(const no_collection&) = delete;
  ~no_collection() {
    if (collecting_ != 0) PyGC_Enable();
  }

 private:
  int collecting_;
};

// Null with an exception set if there is no memory.
template <class Objects>
std::unique_ptr<parse_memory<Objects>> take_memory() {
  std::unique_ptr<parse_memory<Objects>> made = kept<parse_memory<Objects>>::take();
  if (made) return made;
  made.reset(new (std::nothrow) parse_memory<Objects>);
  if (made == nullptr) PyErr_NoMemory();
  if (made != nullptr && !made->make_letters()) made.reset();
  return made;
}

template <class Objects>
PyObject* parse_into(const char* text, std::size_t size, const parse_options& options, parse_flaw& flaw) {
  std::unique_ptr<parse_memory<Objects>> own = take_memory<Objects>();
  if (own == nullptr) return nullptr;
  own->known.make_room();
  PyObject* made = nullptr;
#ifdef Py_GIL_DISABLED  // where the collector is that of other threads, too
  constexpr bool collects = true;
#else
  const bool collects = size <= parse_memory<Objects>::longest_copy;
#endif
  if (!collects) {
    const no_collection scope;
    made = parser<Objects>(*own, text, size, options).document(flaw);
  } else {
    made = parser<Objects>(*own, text, size, options).document(flaw);
  }
  if (size > parse_memory<Objects>::longest_copy) own->shrink();
  kept<parse_memory<Objects>>::leave(std::move(own));
  return made;
}

#ifdef POLYHOST_JSON_UNKNOWN_LAYOUT
using fast_objects = api_objects;
#else
using fast_objects = direct_objects;
#endif

}  // namespace

PyObject* parse(const char* text, std::size_t size, const parse_options& options, parse_flaw& flaw) {
  return layout::agrees ? parse_into<fast_objects>(text, size, options, flaw)
                        : parse_into<api_objects>(text, size, options, flaw);
}

bool uses_direct_objects() { return layout::agrees; }

void use_direct_objects(bool wanted) {
#ifdef POLYHOST_JSON_UNKNOWN_LAYOUT
  (void)wanted;
#else
  layout::agrees = wanted && direct_objects::agrees_with_python();
#endif
}

void forget_documents() {
  kept<parse_memory<api_objects>>::leave(nullptr);
  kept<parse_memory<fast_objects>>::leave(nullptr);
}

}  // namespace polyhost::json
