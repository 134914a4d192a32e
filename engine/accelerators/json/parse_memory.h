// What the parser keeps from one document for the next, and its stacks.
#pragma once

#include "accelerators/json/decode.h"
#include "accelerators/json/parse.h"
#include "accelerators/json/shapes.h"

#include <Python.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyhost::json {

// References in a stack that grows.
class reference_stack {
 public:
  reference_stack() = default;
  reference_stack(const reference_stack&) = delete;
  reference_stack& operator=(const reference_stack&) = delete;
  ~reference_stack() {
    release_from(0);
    PyMem_RawFree(begin_);
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(top_ - begin_); }
  PyObject** from(std::size_t index) { return begin_ + index; }
  // Takes the reference over. False, with an exception set and the reference released, if there is no memory.
  [[gnu::always_inline]] bool push(PyObject* reference) {
    if (top_ == end_ && !grow()) [[unlikely]] {
      Py_DECREF(reference);
      return false;
    }
    *top_++ = reference;
    return true;
  }
  // Those from `index` on have a new owner.
  void given_away_from(std::size_t index) { top_ = begin_ + index; }
  void release_from(std::size_t index) {
    while (size() > index) Py_DECREF(*--top_);
  }
  // Gives memory back that only a large document needed. The stack is empty.
  void shrink() {
    constexpr std::ptrdiff_t kept = std::ptrdiff_t{1} << 16U;
    if (end_ - begin_ <= kept) return;
    PyMem_RawFree(begin_);
    begin_ = top_ = end_ = nullptr;
  }

 private:
  [[gnu::noinline]] bool grow() {
    const std::size_t used = size();
    const std::size_t wanted = used == 0 ? 1024 : used * 2;
    auto* const more = static_cast<PyObject**>(PyMem_RawRealloc(begin_, wanted * sizeof(PyObject*)));
    if (more == nullptr) {
      PyErr_NoMemory();
      return false;
    }
    begin_ = more;
    top_ = more + used;
    end_ = more + wanted;
    return true;
  }

  PyObject** begin_ = nullptr;
  PyObject** top_ = nullptr;
  PyObject** end_ = nullptr;
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
  node* shape;          // the last key; null before the first one
  node** likely;        // where to note how the objects in it begin: a key's or an array's own
  node* inner;          // how the last object in it began, if it is an array
};

// Needs the GIL.
template <class Objects>
struct parse_memory {
  static constexpr std::size_t longest_copy = 4096;
  static constexpr std::size_t padding = 32;
  static constexpr std::size_t longest_kept = std::size_t{1} << 16U;

  shapes<Objects> known;
  decoder text;
  reference_stack values;
  reference_stack keys;
  std::array<char, longest_copy + padding> copy;
  std::vector<char> unescaped;
  std::array<frame<Objects>, deepest_document + 1> open;  // the first one stands for the document
  std::array<PyObject*, 128> letters{};                   // the str of each ASCII character
  PyObject* empty = nullptr;                              // the empty str

  parse_memory() = default;
  parse_memory(const parse_memory&) = delete;
  parse_memory& operator=(const parse_memory&) = delete;
  ~parse_memory() {
    for (PyObject* letter : letters) Py_XDECREF(letter);
    Py_XDECREF(empty);
  }

  // Called once. False with an exception set.
  bool make_letters() {
    empty = PyUnicode_FromStringAndSize(nullptr, 0);
    if (empty == nullptr) return false;
    for (std::size_t i = 0; i < letters.size(); ++i) {
      letters[i] = PyUnicode_FromOrdinal(static_cast<int>(i));
      if (letters[i] == nullptr) return false;
    }
    return true;
  }

  void shrink() {
    values.shrink();
    keys.shrink();
    if (unescaped.capacity() > longest_kept) std::vector<char>().swap(unescaped);
  }
};

}  // namespace polyhost::json
