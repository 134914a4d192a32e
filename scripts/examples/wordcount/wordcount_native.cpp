// Splits bytes into words and counts them. A word is a maximal run of ASCII letters, digits and underscores,
// in lower case; every other byte separates, so that any file has words, whatever its encoding.
#include <polyhost/native.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

namespace {

// A byte of a word in lower case; 0 for a byte that separates.
constexpr std::array<char, 256> lower = [] {
  std::array<char, 256> table{};
  for (const char c : std::string_view("0123456789_abcdefghijklmnopqrstuvwxyz")) {
    const auto place = static_cast<unsigned char>(c);
    table[place] = c;
    if (c >= 'a') table[place - std::size_t{'a' - 'A'}] = c;
  }
  return table;
}();

using word_count = std::pair<std::string_view, std::int64_t>;

// Words in the order of their first occurrence; an open hash table, half full at most, finds them.
class word_table {
 public:
  void add(std::string_view word, std::uint64_t hash) {
    std::size_t i = hash >> shift_;
    for (; places_[i] != free; i = next(i)) {
      auto& [known, count] = items_[places_[i]];
      if (hashes_[places_[i]] != hash || known.size() != word.size()) continue;
      if (word.size() >= 8 && known != word) continue;  // the hash of a shorter word is its own
      ++count;
      return;
    }
    places_[i] = static_cast<std::uint32_t>(items_.size());
    items_.emplace_back(word, 1);
    hashes_.push_back(hash);
    if (items_.size() * 2 > places_.size()) grow();
  }

  [[nodiscard]] const std::vector<word_count>& items() const { return items_; }

 private:
  void grow() {
    places_.assign(places_.size() * 2, free);
    --shift_;
    for (std::uint32_t item = 0; item < items_.size(); ++item) {
      std::size_t i = hashes_[item] >> shift_;
      while (places_[i] != free) i = next(i);
      places_[i] = item;
    }
  }

  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & (places_.size() - 1); }

  static constexpr std::uint32_t free = 0xFFFFFFFF;
  int shift_ = 64 - 12;  // leaves the bits of an index
  std::vector<std::uint32_t> places_ = std::vector<std::uint32_t>(1 << 12, free);
  std::vector<word_count> items_;
  std::vector<std::uint64_t> hashes_;  // of the items
};

// What count() returns. polyhost makes a dict of whatever has the shape of a map; here the words are not
// copied, but stay where they are in the text.
class word_counts {
 public:
  using key_type = std::string_view;
  using mapped_type = std::int64_t;

  explicit word_counts(std::span<const std::byte> data) : text_(data.size() + sizeof(std::uint64_t)) {
    std::ranges::transform(data, text_.begin(), [](auto b) { return lower[static_cast<std::size_t>(b)]; });
    const char* at = text_.data();
    for (const char* const end = at + data.size(); at < end;) {
      if (*at == 0) {
        at += std::countr_zero(eight(at)) / 8;  // all that separate, of the next eight
        continue;
      }
      const char* const start = at;
      const std::uint64_t hash = pass_word(at);
      words_.add({start, at}, hash);
    }
  }

  [[nodiscard]] auto begin() const { return words_.items().begin(); }
  [[nodiscard]] auto end() const { return words_.items().end(); }

 private:
  // Eight bytes at once, the first in the lowest bits.
  static std::uint64_t eight(const char* at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  }

  // Moves `at` to the end of the word that starts there. Returns the word's hash.
  static std::uint64_t pass_word(const char*& at) {
    for (std::uint64_t hash = 0;; at += 8) {
      const std::uint64_t bytes = eight(at);
      const std::uint64_t zeros = (bytes - 0x0101010101010101) & ~bytes & 0x8080808080808080;
      constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
      if (zeros != 0) {
        const int bits = std::countr_zero(zeros) & ~7;
        at += bits / 8;
        return (hash ^ (bytes & ((std::uint64_t{1} << bits) - 1))) * odd;
      }
      hash = std::rotl((hash ^ bytes) * odd, 29);
    }
  }

  std::vector<char> text_;  // zeros follow the data, so that eight bytes may be read anywhere
  word_table words_;
};

word_counts count(std::span<const std::byte> data) { return word_counts(data); }

}  // namespace

POLYHOST_MODULE(wordcount_native, m) {
  m.doc("Word frequencies of bytes.");
  m.def<count>("count(data)", "How often each word occurs in data, in lower case.", polyhost::release_gil);
}
