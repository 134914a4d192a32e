// What earlier documents teach about the next one: the keys that were seen, as str objects that are made
// once, and the shapes of objects, which are the sequences of keys they had. Documents repeat themselves:
// where the next key is what it was last time, one comparison replaces the search for its end, its hash and
// its str; an object that ends as an earlier one did is a copy of that one's hash table (objects_direct.h).
// Used with the GIL held; of one thread at a time.
#pragma once

#include "accelerators/json/simd.h"

#include <Python.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace polyhost::json {

// One key of a shape: the keys before it are those of its parents.
template <class Objects>
struct shape_node {
  static constexpr std::size_t longest_pattern = 32;

  alignas(16) char pattern[longest_pattern];  // the key with its closing quote and a colon, if these fit
  std::uint32_t pattern_bits;                 // a bit for each byte of the pattern; 0: none
  std::uint32_t size;                         // of the key, in bytes
  std::uint32_t depth;                        // how many keys, with this one
  PyObject* key;
  const char* text;      // of the key, in UTF-8; belongs to it
  shape_node* parent;    // the key before, or null
  shape_node* likely;    // the key that came next, last time
  shape_node* inner;     // the first key of the object, or of those in the array, that was this key's value
  shape_node* children;  // those that came next
  shape_node* sibling;   // the next one of the parent's children
  std::uint32_t child_count;
  typename Objects::dict_template* ending;  // the dict of an object that ended here

  // Whether the text, behind its opening quote, begins with this key, a quote and a colon. `end`: of what may
  // be read.
  [[gnu::always_inline]] [[nodiscard]] bool matches(const char* at, const char* end) const {
    if (pattern_bits != 0 && end - at >= 32) [[likely]] {
      const std::uint32_t missing = pattern_bits & ~bytes16::load(at).equal_to(bytes16::load(pattern));
      if (missing == 0) return true;
      if ((missing & 0xffffU) != 0) return false;
      return ((missing >> 16U) & ~bytes16::load(at + 16).equal_to(bytes16::load(pattern + 16))) == 0;
    }
    return is_key(at, end) && at[size + 1] == ':';
  }
  // The same, whatever stands behind the quote.
  [[nodiscard]] bool is_key(const char* at, const char* end) const {
    return static_cast<std::size_t>(end - at) > size && at[size] == '"' && std::memcmp(at, text, size) == 0;
  }
};

template <class Objects>
class shapes {
 public:
  using node = shape_node<Objects>;
  static constexpr std::size_t longest_key = 64;  // in bytes, of those that are kept
  static constexpr std::uint32_t deepest = 64;    // keys in a shape
  static constexpr std::uint32_t most_children = 8;

  shapes() = default;
  shapes(const shapes&) = delete;
  shapes& operator=(const shapes&) = delete;
  ~shapes() { clear(); }

  // A key that is kept.
  struct kept_key {
    std::uint32_t hash;
    std::uint32_t size;
    PyObject* key;  // owned
    const char* text;
    node* first;  // the shape that begins with it
  };

  // The key with that text, in UTF-8, of at most longest_key bytes; null if it is not kept.
  kept_key* find(const char* text, std::size_t size) {
    const std::uint32_t hash = hash_of(text, size);
    kept_key* const set = set_of(hash);
    for (std::size_t i = 0; i < ways; ++i) {
      const kept_key& kept = set[i];
      if (kept.hash != hash || kept.size != size || kept.key == nullptr ||
          std::memcmp(kept.text, text, size) != 0)
        continue;
      if (i == 0) return set;
      std::swap(set[i - 1], set[i]);  // what is used stays
      return set + i - 1;
    }
    return nullptr;
  }

  // Keeps a key, a str of that text, in place of another one. False with an exception set if there is no
  // memory.
  bool keep(const char* text, std::size_t size, PyObject* key) {
    const std::uint32_t hash = hash_of(text, size);
    const char* const utf8 = PyUnicode_AsUTF8(key);
    if (utf8 == nullptr || PyObject_Hash(key) == -1) return false;
    kept_key* const set = set_of(hash);
    Py_XDECREF(set[ways - 1].key);
    std::move_backward(set + 1, set + ways - 1, set + ways);
    set[1] = {hash, static_cast<std::uint32_t>(size), Py_NewRef(key), utf8, nullptr};
    return true;
  }

  // The shape that begins with that key, or goes on from `parent` with it; null if there is no room for a new
  // one.
  node* follow(node* parent, kept_key& key) {
    if (parent == nullptr) {
      if (key.first == nullptr) key.first = add(nullptr, key);
      return key.first;
    }
    if (parent->child_count >= most_children || parent->depth >= deepest) return nullptr;
    for (const node* n = parent; n != nullptr; n = n->parent) {
      if (n->size == key.size && std::memcmp(n->text, key.text, key.size) == 0)
        return nullptr;  // twice in an object
    }
    node* const made = add(parent, key);
    if (made == nullptr) return nullptr;
    made->sibling = parent->children;
    parent->children = made;
    ++parent->child_count;
    return made;
  }

  // Between documents: forgets the shapes if there is no room for more.
  void make_room() {
    if (used_ == capacity) forget_shapes();
  }

  void clear() {
    forget_shapes();
    for (kept_key& kept : keys_) {
      Py_CLEAR(kept.key);
      kept = {};
    }
    nodes_.reset();
  }

  node* root = nullptr;  // how the last document, or the last object of its array, began
  node unshaped{};       // in place of the last key, in an object that has no shape

 private:
  static constexpr std::size_t capacity = 4096;

  // Not against collisions that somebody seeks: they only make keys be made anew.
  static std::uint32_t hash_of(const char* text, std::size_t size) {
    std::uint64_t hash = size * 0x9e3779b97f4a7c15U;
    while (size > 8) {
      hash = mix(hash, read(text, 8));
      text += 8;
      size -= 8;
    }
    hash = mix(hash, read(text, size));
    return static_cast<std::uint32_t>(hash >> 32U);
  }
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t part) {
    hash = (hash ^ part) * 0xff51afd7ed558ccdU;
    return hash ^ (hash >> 32U);
  }
  static std::uint64_t read(const char* text, std::size_t size) {
    std::uint64_t part = 0;
    std::memcpy(&part, text, size);
    return part;
  }

  node* add(node* parent, const kept_key& key) {
    if (used_ == capacity) return nullptr;
    if (!nodes_) nodes_.reset(new (std::nothrow) node[capacity]);
    if (!nodes_) return nullptr;
    node& made = nodes_[used_++];
    made = {};
    if (key.size + 2 <= node::longest_pattern) {
      std::memcpy(made.pattern, key.text, key.size);
      std::memcpy(made.pattern + key.size, "\":", 2);
      made.pattern_bits = 0xffffffffU >> (30 - key.size);
    }
    made.size = key.size;
    made.depth = parent == nullptr ? 1 : parent->depth + 1;
    made.key = Py_NewRef(key.key);
    made.text = key.text;
    made.parent = parent;
    return &made;
  }

  void forget_shapes() {
    for (std::size_t i = 0; i < used_; ++i) {
      Py_DECREF(nodes_[i].key);
      Objects::free_template(nodes_[i].ending);
    }
    used_ = 0;
    root = nullptr;
    unshaped = {};
    for (kept_key& kept : keys_) kept.first = nullptr;
  }

  // Sets of a few keys each, the last of which goes when another one comes. A key moves up when it is found.
  static constexpr std::size_t ways = 4;
  static constexpr unsigned log2_sets = 9;
  // The highest bits: only these depend on all of the text.
  kept_key* set_of(std::uint32_t hash) { return &keys_[std::size_t{hash >> (32U - log2_sets)} * ways]; }
  std::array<kept_key, (std::size_t{1} << log2_sets) * ways> keys_{};
  std::unique_ptr<node[]> nodes_;
  std::size_t used_ = 0;
};

}  // namespace polyhost::json
