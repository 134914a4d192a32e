// The text that is being written: small ones in memory that is kept, large ones in the bytes object that they
// end as. Used with the GIL held.
#pragma once

#include <Python.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace polyhost::json {

// What small texts are written in.
using output_room = std::array<char, std::size_t{1} << 14U>;

class output {
 public:
  // `expected`: how large the text may become, if it does not fit there.
  explicit output(output_room& room, std::size_t expected = 0)
      : begin_(room.data()), at_(begin_), end_(begin_ + room.size()), expected_(expected) {}
  output(const output&) = delete;
  output& operator=(const output&) = delete;
  ~output() { Py_XDECREF(bytes_); }

  // Room for so many bytes more; false, with an exception set, if there is no memory.
  [[gnu::always_inline]] bool reserve(std::size_t more) {
    return static_cast<std::size_t>(end_ - at_) >= more || grow(more);
  }

  // The same for those who hand the position on, so that it stays in a register: where to go on, or null.
  [[gnu::always_inline]] char* reserve(char* at, std::size_t more) {
    if (static_cast<std::size_t>(end_ - at) >= more) [[likely]]
      return at;
    at_ = at;
    return grow(more) ? at_ : nullptr;
  }

  // Where the next byte is to be written, within what is reserved; and where it is then.
  [[nodiscard]] char* at() const { return at_; }
  void set_at(char* at) { at_ = at; }
  // The same for what such a function returned: false if that is null.
  bool go_on(char* at) {
    if (at != nullptr) at_ = at;
    return at != nullptr;
  }

  // Within what is reserved.
  void put(char byte) { *at_++ = byte; }
  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  [[nodiscard]] std::string_view text() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

  // All that was written, as bytes. Null with an exception set if there is no memory.
  PyObject* take_bytes();

 private:
  bool grow(std::size_t more);

  char* begin_;
  char* at_;
  char* end_;
  std::size_t expected_;
  PyObject* bytes_ = nullptr;
};

}  // namespace polyhost::json
