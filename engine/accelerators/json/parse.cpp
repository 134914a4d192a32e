// One pass over the text, without recursion: the containers that are open lie on a stack, their items on
// another one.
#include "accelerators/json/parse.h"

#include "accelerators/json/decode.h"
#include "accelerators/json/kept.h"
#include "accelerators/json/number.h"
#include "accelerators/json/objects_api.h"
#include "accelerators/json/objects_direct.h"
#include "accelerators/json/shapes.h"
#include "accelerators/json/simd.h"

#include <polyhost/object.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace polyhost::json {

namespace {

constexpr const char* end_of_data = "unexpected end of data";
constexpr const char* unexpected = "unexpected character";
constexpr const char* not_utf8 = "str is not valid UTF-8: surrogates not allowed";

// References in a stack that grows.
class references {
 public:
  references() = default;
  references(const references&) = delete;
  references& operator=(const references&) = delete;
  ~references() {
    release_from(0);
    PyMem_RawFree(items_);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  PyObject** from(std::size_t index) { return items_ + index; }
  // Takes the reference over. False, with an exception set and the reference released, if there is no memory.
  [[gnu::always_inline]] bool push(PyObject* reference) {
    if (size_ == capacity_ && !grow()) [[unlikely]] {
      Py_DECREF(reference);
      return false;
    }
    items_[size_++] = reference;
    return true;
  }
  // Those from `index` on have a new owner.
  void given_away_from(std::size_t index) { size_ = index; }
  void release_from(std::size_t index) {
    while (size_ > index) Py_DECREF(items_[--size_]);
  }
  // Gives memory back that only a large document needed.
  void shrink() {
    constexpr std::size_t kept = std::size_t{1} << 16U;
    if (capacity_ <= kept) return;
    PyMem_RawFree(items_);
    items_ = nullptr;
    size_ = capacity_ = 0;
  }

 private:
  bool grow() {
    const std::size_t wanted = capacity_ == 0 ? 1024 : capacity_ * 2;
    auto* const more = static_cast<PyObject**>(PyMem_RawRealloc(items_, wanted * sizeof(PyObject*)));
    if (more == nullptr) {
      PyErr_NoMemory();
      return false;
    }
    items_ = more;
    capacity_ = wanted;
    return true;
  }

  PyObject** items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

enum class container : std::uint8_t {
  array,
  shaped_object,  // its keys are those of a shape so far
  plain_object,   // its keys are on a stack
};

// A container that is open.
template <class Objects>
struct frame {
  using node = shape_node<Objects>;
  container kind;
  bool has_containers;  // among its items
  std::size_t items;    // where they begin, on the stack of values
  std::size_t keys;     // where they begin, if it is a plain object
  node* shape;          // the last key, if it is a shaped object
  node** likely;        // where to note how the objects in it begin: a key's or an array's own
  node* inner;          // how the last object in it began, if it is an array
};

// What is kept between documents.
template <class Objects>
struct memory {
  shapes<Objects> known;
  decoder text;
  references values;
  references keys;
  static constexpr std::size_t longest_copy = 4096;
  static constexpr std::size_t padding = 32;
  static constexpr std::size_t longest_kept = std::size_t{1} << 16U;
  std::array<char, longest_copy + padding> copy;
  std::vector<char> unescaped;
  std::array<frame<Objects>, deepest_document> open;
  std::array<PyObject*, 128> letters{};  // the str of each ASCII character
  PyObject* empty = nullptr;             // the empty str

  memory() = default;
  memory(const memory&) = delete;
  memory& operator=(const memory&) = delete;
  ~memory() {
    for (PyObject* letter : letters) Py_XDECREF(letter);
    Py_XDECREF(empty);
  }

  // False with an exception set.
  bool make_letters() {
    empty = PyUnicode_FromStringAndSize(nullptr, 0);
    if (empty == nullptr) return false;
    for (std::size_t i = 0; i < letters.size(); ++i) {
      letters[i] = PyUnicode_FromOrdinal(static_cast<int>(i));
      if (letters[i] == nullptr) return false;
    }
    return true;
  }
};

template <class Objects>
class parser {
 public:
  using node = shape_node<Objects>;

  parser(memory<Objects>& kept, const char* text, std::size_t size, const parse_options& options)
      : kept_(kept), begin_(text), end_(text + size), readable_(end_), at_(text), options_(options) {
    if (size > memory<Objects>::longest_copy) return;
    // Copied, so that what reads sixteen bytes at a time may do so to the end.
    std::memcpy(kept.copy.data(), text, size);
    std::memset(kept.copy.data() + size, 0, memory<Objects>::padding);
    begin_ = at_ = kept.copy.data();
    end_ = begin_ + size;
    readable_ = end_ + memory<Objects>::padding;
  }

  PyObject* document(parse_flaw& flaw) {
    kept_.known.make_room();
    PyObject* result = whole_text();
    if (result == nullptr) {
      kept_.values.release_from(0);
      kept_.keys.release_from(0);
      if (PyErr_Occurred() == nullptr) flaw = {message_, static_cast<std::size_t>(flaw_at_ - begin_)};
    }
    kept_.values.shrink();
    kept_.keys.shrink();
    if (kept_.unescaped.capacity() > memory<Objects>::longest_kept) std::vector<char>().swap(kept_.unescaped);
    return result;
  }

 private:
  PyObject* whole_text() {
    skip_spaces();
    if (at_ == end_) return fail("input data is empty", begin_);
    PyObject* const made = value();
    if (made == nullptr) return nullptr;
    skip_spaces();
    if (at_ == end_) return made;
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
        if (made == nullptr || depth_ == 0) return made;
        frame<Objects>& f = innermost();
        if (!kept_.values.push(made)) return nullptr;
        skip_spaces();
        if (*at_ == ',') {
          if (!next_item(f)) return nullptr;
          break;
        }
        if (*at_ != (f.kind == container::array ? ']' : '}')) return fail_at(at_);
        made = f.kind == container::array ? close_array(f) : close_object(f);
      }
    }
  }

  [[gnu::always_inline]] frame<Objects>& innermost() { return kept_.open[depth_ - 1]; }

  // Behind a comma: to the next value.
  [[gnu::always_inline]] bool next_item(frame<Objects>& f) {
    const char* const comma = at_++;
    skip_spaces();
    if (f.kind != container::array) {
      if (*at_ == '}') return fail("trailing comma is not allowed", comma) != nullptr;
      return key(f, f.shape == nullptr ? &nowhere_ : &f.shape->likely);
    }
    if (*at_ == ']') return fail("trailing comma is not allowed", comma) != nullptr;
    return true;
  }

  // Where it is noted how the object that comes next began last time.
  node** likely_beginning() {
    if (depth_ == 0) return &kept_.known.root;
    frame<Objects>& f = innermost();
    if (f.kind == container::array) return &f.inner;
    return f.kind == container::shaped_object ? &f.shape->inner : &nowhere_;
  }

  // Null with a flaw if it would be too deep.
  frame<Objects>* open(container kind) {
    if (depth_ == options_.deepest) {
      fail_at(at_ + 1, "array and object recursion depth exceeded");
      return nullptr;
    }
    frame<Objects>& f = kept_.open[depth_++];
    f = {kind, false, kept_.values.size(), 0, nullptr, nullptr, nullptr};
    return &f;
  }

  // At the first value in an array; or `empty` is a new array, and all of it.
  bool open_array(PyObject*& empty) {
    node** const likely = likely_beginning();
    frame<Objects>* const f = open(container::array);
    if (f == nullptr) return false;
    ++at_;
    skip_spaces();
    f->likely = likely;
    f->inner = *likely;
    if (*at_ != ']') return true;
    empty = close_array(*f);
    return empty != nullptr;
  }

  // The same for an object.
  bool open_object(PyObject*& empty) {
    node** const likely = likely_beginning();
    frame<Objects>* const f = open(container::shaped_object);
    if (f == nullptr) return false;
    ++at_;
    skip_spaces();
    if (*at_ != '}') return key(*f, likely);
    ++at_;
    leave();
    empty = Objects::empty_dict();
    return empty != nullptr;
  }

  void leave() {
    --depth_;
    if (depth_ > 0) innermost().has_containers = true;
  }

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
    f.shape = nullptr;
    while (count > 0) {
      if (!kept_.keys.push(Py_NewRef(path[--count]))) return false;
    }
    return true;
  }

  // A key, to the value behind it. `likely` is where the expected one is noted.
  [[gnu::always_inline]] bool key(frame<Objects>& f, node** likely) {
    if (*at_ != '"') return fail_at(at_) != nullptr;
    if (f.kind == container::shaped_object && *likely != nullptr && (*likely)->matches(at_ + 1, readable_))
        [[likely]] {
      f.shape = *likely;
      at_ += f.shape->size + 2;
      return colon();
    }
    return unlikely_key(f, likely) && colon();
  }

  [[gnu::always_inline]] bool colon() {
    skip_spaces();
    if (*at_ != ':') return fail_at(at_) != nullptr;
    ++at_;
    skip_spaces();
    return true;
  }

  [[gnu::noinline]] bool unlikely_key(frame<Objects>& f, node** likely) {
    if (f.shape != nullptr) {
      for (node* n = f.shape->children; n != nullptr; n = n->sibling) {
        if (!n->matches(at_ + 1, readable_)) continue;
        *likely = f.shape = n;
        at_ += n->size + 2;
        return true;
      }
    }
    const char* const text = at_ + 1;
    const text_end found = find_end(text, 0);
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
            return true;
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
    return kept_.keys.push(made);
  }

  // Where the part of a string that is as it reads ends: at its quote, an escape, or what must not be there.
  struct text_end {
    const char* at;
    bool is_ascii;
  };
  // The `seen` bytes before are known not to be the end, and to be ASCII.
  text_end find_end(const char* text, std::size_t seen) {
    std::uint32_t not_ascii = 0;
    const char* at = text + seen;
    for (; readable_ - at >= 16; at += 16) {
      const bytes16 block = bytes16::load(at);
      const std::uint32_t special = block.special();
      if (special != 0) {
        const int index = std::countr_zero(special);
        not_ascii |= block.not_ascii() & ((1U << static_cast<unsigned>(index)) - 1);
        return {at + index, not_ascii == 0};
      }
      not_ascii |= block.not_ascii();
    }
    for (; at < end_ && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20; ++at)
      not_ascii |= static_cast<unsigned char>(*at) & 0x80U;
    return {at, not_ascii == 0};
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
    if (readable_ - text >= 16) [[likely]] {
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
    const text_end found = find_end(text, seen);
    if (found.at == end_) return fail(end_of_data, end_);
    if (*found.at == '\\') return escaped_string(text, found);
    if (*found.at != '"') return fail("unexpected control character in string", found.at);
    at_ = found.at + 1;
    return plain_text(text, static_cast<std::size_t>(found.at - text), found.is_ascii);
  }

  // A string with escapes, of which the first one is found.
  PyObject* escaped_string(const char* text, text_end found) {
    const char* const begin = text;
    std::vector<char>& out = kept_.unescaped;
    out.clear();
    bool is_ascii = true;
    while (true) {
      is_ascii = is_ascii && found.is_ascii;
      out.insert(out.end(), text, found.at);
      if (found.at == end_) return fail(end_of_data, end_);
      if (*found.at == '"') break;
      if (*found.at != '\\') return fail("unexpected control character in string", found.at);
      const std::optional<char32_t> code = escape(found.at, text);
      if (!code) return nullptr;
      is_ascii = is_ascii && *code < 0x80;
      append_utf8(out, *code);
      found = find_end(text, 0);
    }
    at_ = found.at + 1;
    PyObject* const made = plain_text(out.data(), out.size(), is_ascii);
    // What the escapes stand for is valid: what is not stands in the document itself.
    if (made == nullptr && PyErr_Occurred() == nullptr)
      return fail(not_utf8, begin + valid_utf8_prefix(begin, static_cast<std::size_t>(found.at - begin)));
    return made;
  }

  // The character that the escape at `at` stands for; `behind` is set behind it. Nothing, with a flaw, if it
  // is none.
  std::optional<char32_t> escape(const char* at, const char*& behind) {
    behind = at + 2;
    switch (at[1]) {
      case '"':
        return '"';
      case '\\':
        return '\\';
      case '/':
        return '/';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        return unicode_escape(at, behind);
      default:
        fail_at(at + 1, "invalid escaped character in string");
        return std::nullopt;
    }
  }

  std::optional<char32_t> unicode_escape(const char* at, const char*& behind) {
    const std::optional<char32_t> first = four_digits(at);
    if (!first) return std::nullopt;
    behind = at + 6;
    if (*first < 0xd800 || *first > 0xdfff) return first;
    if (*first > 0xdbff) {
      fail("invalid high surrogate in string", at);
      return std::nullopt;
    }
    if (end_ - behind < 2 && (behind == end_ || *behind == '\\')) {
      fail(end_of_data, end_);
      return std::nullopt;
    }
    if (behind[0] != '\\' || behind[1] != 'u') {
      fail("no low surrogate in string", behind);
      return std::nullopt;
    }
    const std::optional<char32_t> second = four_digits(behind);
    if (!second) return std::nullopt;
    if (*second < 0xdc00 || *second > 0xdfff) {
      fail("invalid low surrogate in string", behind);
      return std::nullopt;
    }
    behind += 6;
    return 0x10000 + ((*first - 0xd800) << 10U) + (*second - 0xdc00);
  }

  // Of the escape at `at`, behind its "\u".
  std::optional<char32_t> four_digits(const char* at) {
    char32_t code = 0;
    for (int i = 2; i < 6; ++i) {
      if (at + i >= end_) {
        fail(end_of_data, end_);
        return std::nullopt;
      }
      const auto c = static_cast<unsigned char>(at[i]);
      const unsigned letter = (c | 0x20U) - 'a';
      if (c >= '0' && c <= '9') {
        code = code * 16 + static_cast<unsigned>(c - '0');
      } else if (letter < 6) {
        code = code * 16 + letter + 10;
      } else {
        fail("invalid escaped sequence in string", at);
        return std::nullopt;
      }
    }
    return code;
  }

  static void append_utf8(std::vector<char>& out, char32_t code) {
    const auto add = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      add(code);
    } else if (code < 0x800) {
      add(0xc0 | (code >> 6U));
      add(0x80 | (code & 0x3fU));
    } else if (code < 0x10000) {
      add(0xe0 | (code >> 12U));
      add(0x80 | ((code >> 6U) & 0x3fU));
      add(0x80 | (code & 0x3fU));
    } else {
      add(0xf0 | (code >> 18U));
      add(0x80 | ((code >> 12U) & 0x3fU));
      add(0x80 | ((code >> 6U) & 0x3fU));
      add(0x80 | (code & 0x3fU));
    }
  }

  // A number or a literal.
  [[gnu::always_inline]] PyObject* scalar() {
    if (*at_ == '-' || (*at_ >= '0' && *at_ <= '9')) return number_here();
    switch (*at_) {
      case 't':
        return literal("true", Py_True);
      case 'f':
        return literal("false", Py_False);
      case 'n':
        return literal("null", Py_None);
      default:
        return fail_at(at_);
    }
  }

  template <std::size_t N>
  PyObject* literal(const char (&name)[N], PyObject* value) {
    constexpr std::size_t size = N - 1;
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (left >= size && std::memcmp(at_, name, size) == 0) [[likely]] {
      at_ += size;
      return Py_NewRef(value);
    }
    if (left < size && std::memcmp(at_, name, left) == 0) return fail(end_of_data, end_);
    return fail("invalid literal", at_);
  }

  PyObject* number_here() {
    const number n = parse_number(at_, readable_);
    switch (n.kind) {
      case number_kind::integer:
        at_ = n.end;
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

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  PyObject* flawed_number(const number& n) {
    switch (n.flaw) {
      case number_flaw::leading_zero:
        return fail("number with leading zero is not allowed", n.end);
      case number_flaw::after_minus:
        return fail_at(n.end, "no digit after minus sign");
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
      while (readable_ - at_ >= 16) {  // indentation
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

  PyObject* fail(const char* message, const char* at) {
    message_ = message;
    flaw_at_ = at;
    return nullptr;
  }
  // What stands at `at` cannot be there, or nothing stands there.
  PyObject* fail_at(const char* at, const char* message = unexpected) {
    return at >= end_ ? fail(end_of_data, end_) : fail(message, at);
  }

  memory<Objects>& kept_;
  const char* begin_;
  const char* end_;
  const char* readable_;  // the end of what may be read: NUL behind the text
  const char* at_;
  const parse_options& options_;
  std::size_t depth_ = 0;
  node* nowhere_ = nullptr;
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
std::unique_ptr<memory<Objects>> take_memory() {
  std::unique_ptr<memory<Objects>> made = kept<memory<Objects>>::take();
  if (made) return made;
  made.reset(new (std::nothrow) memory<Objects>);
  if (made == nullptr) PyErr_NoMemory();
  if (made != nullptr && !made->make_letters()) made.reset();
  return made;
}

template <class Objects>
PyObject* parse_into(const char* text, std::size_t size, const parse_options& options, parse_flaw& flaw) {
  std::unique_ptr<memory<Objects>> own = take_memory<Objects>();
  if (own == nullptr) return nullptr;
  PyObject* made = nullptr;
#ifdef Py_GIL_DISABLED  // where the collector is that of other threads, too
  constexpr bool collects = true;
#else
  const bool collects = size <= memory<Objects>::longest_copy;
#endif
  if (!collects) {
    const no_collection scope;
    made = parser<Objects>(*own, text, size, options).document(flaw);
  } else {
    made = parser<Objects>(*own, text, size, options).document(flaw);
  }
  kept<memory<Objects>>::leave(std::move(own));
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
  kept<memory<api_objects>>::leave(nullptr);
  kept<memory<fast_objects>>::leave(nullptr);
}

}  // namespace polyhost::json
