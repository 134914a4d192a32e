#include "accelerators/json/pointer.h"

#include "accelerators/json/simd.h"

#include <polyhost/object.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

namespace polyhost::json {

namespace {

// A place in a document, which moves on over what is skipped.
class cursor {
 public:
  cursor(const char* text, std::size_t size) : begin_(text), at_(text), end_(text + size) {}

  // False if it has no such item, or is flawed.
  bool enter_item(std::string_view name) {
    skip_spaces();
    if (*at_ == '[') return enter_array(name);
    if (*at_ == '{') return enter_object(name);
    if (*at_ == '"' || *at_ == '-' || (*at_ >= '0' && *at_ <= '9') || *at_ == 't' || *at_ == 'f' ||
        *at_ == 'n')
      return false;
    return fail(expected_value);
  }

  // The value that begins here. False if it is flawed.
  bool take_value(std::string_view& value) {
    skip_spaces();
    const char* const begin = at_;
    if (!skip_value()) return false;
    value = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  }

  [[nodiscard]] bool is_flawed() const { return message_ != nullptr; }
  [[nodiscard]] parse_flaw flaw() const { return {message_, offset(flaw_at_)}; }
  [[nodiscard]] std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - begin_); }

 private:
  bool fail(const char* message) {
    message_ = at_ >= end_ ? end_of_data : message;
    flaw_at_ = at_;
    return false;
  }

  void skip_spaces() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }

  bool enter_array(std::string_view name) {
    std::size_t left = 0;
    if (name.empty() || name.size() > 18 || (name.size() > 1 && name.front() == '0')) return false;
    for (const char c : name) {
      if (c < '0' || c > '9') return false;
      left = left * 10 + static_cast<std::size_t>(c - '0');
    }
    ++at_;
    skip_spaces();
    if (*at_ == ']') return false;
    for (; left > 0; --left) {
      if (!skip_value()) return false;
      skip_spaces();
      if (*at_ == ']') return false;
      if (*at_ != ',') return fail(expected_array_end);
      ++at_;
      skip_spaces();
    }
    return true;
  }

  bool enter_object(std::string_view name) {
    ++at_;
    skip_spaces();
    if (*at_ == '}') return false;
    while (true) {
      if (*at_ != '"') return fail(expected_key);
      const char* const key = at_;
      if (!skip_string()) return false;
      const bool found = is_key({key, static_cast<std::size_t>(at_ - key)}, name);
      if (PyErr_Occurred() != nullptr) return false;
      skip_spaces();
      if (*at_ != ':') return fail(expected_colon);
      ++at_;
      if (found) return true;
      skip_spaces();
      if (!skip_value()) return false;
      skip_spaces();
      if (*at_ == '}') return false;
      if (*at_ != ',') return fail(expected_object_end);
      ++at_;
      skip_spaces();
    }
  }

  // With its quotes.
  static bool is_key(std::string_view quoted, std::string_view name) {
    if (quoted.find('\\') == std::string_view::npos) return quoted.substr(1, quoted.size() - 2) == name;
    parse_flaw flaw;
    const std::string text(quoted);
    const object key = object::steal(parse(text.data(), text.size(), {}, flaw));
    Py_ssize_t size = 0;
    const char* const utf8 = key ? PyUnicode_AsUTF8AndSize(key.get(), &size) : nullptr;
    return utf8 != nullptr && std::string_view(utf8, static_cast<std::size_t>(size)) == name;
  }

  bool skip_string() {
    ++at_;
    while (true) {
      while (end_ - at_ >= 16) {
        const bytes16 block = bytes16::load(at_);
        const std::uint32_t stops = block.equal_to('"') | block.equal_to('\\');
        at_ += stops == 0 ? 16 : std::countr_zero(stops);
        if (stops != 0) break;
      }
      while (at_ < end_ && *at_ != '"' && *at_ != '\\') ++at_;
      if (at_ >= end_) return fail(end_of_data);
      if (*at_++ == '"') return true;
      if (at_ < end_) ++at_;  // what is escaped
    }
  }

  // Brackets are only counted.
  bool skip_value() {
    if (*at_ == '"') return skip_string();
    if (*at_ != '[' && *at_ != '{') return skip_scalar();
    std::size_t depth = 0;
    while (true) {
      switch (*at_) {
        case '"':
          if (!skip_string()) return false;
          continue;
        case '[':
        case '{':
          ++depth;
          break;
        case ']':
        case '}':
          if (--depth == 0) {
            ++at_;
            return true;
          }
          break;
        default:
          if (at_ >= end_) return fail(end_of_data);
          break;
      }
      ++at_;
    }
  }

  bool skip_scalar() {
    const char* const begin = at_;
    while (at_ < end_ && *at_ != ',' && *at_ != ']' && *at_ != '}' && static_cast<unsigned char>(*at_) > ' ')
      ++at_;
    return at_ > begin || fail(expected_value);
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const char* message_ = nullptr;
  const char* flaw_at_ = nullptr;
};

std::string unescaped(std::string_view part) {
  std::string name;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '~') {
      name += part[++i] == '0' ? '~' : '/';
    } else {
      name += part[i];
    }
  }
  return name;
}

}  // namespace

bool is_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '~' && (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')))
      return false;
  }
  return true;
}

PyObject* find_by_pointer(const char* text, std::size_t size, std::string_view pointer,
                          const parse_options& options, parse_flaw& flaw) {
  if (pointer.empty()) return parse(text, size, options, flaw);
  cursor place(text, size);
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    if (!place.enter_item(unescaped(pointer.substr(0, end)))) {
      flaw = place.is_flawed() ? place.flaw() : parse_flaw{};
      return place.is_flawed() || PyErr_Occurred() != nullptr ? nullptr : Py_NewRef(Py_NotImplemented);
    }
    pointer.remove_prefix(end);
  }
  std::string_view value;
  if (!place.take_value(value)) {
    flaw = place.flaw();
    return nullptr;
  }
  const std::string copy(value);  // with the NUL behind it that parsing needs
  PyObject* const made = parse(copy.data(), copy.size(), options, flaw);
  if (made == nullptr) {
    // What ends too early for the copy may have more behind it in the document.
    if (flaw.at == value.size() && value.data() + value.size() < text + size)
      flaw.message = "unexpected character";
    flaw.at += place.offset(value.data());
  }
  return made;
}

}  // namespace polyhost::json
