// The calls of a run one by one: the newest of each thread, in a ring. Written by the boundary, one call
// after the other; read when the run is over. No Python.
#pragma once

#include <polyhost/abi.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace polyhost::record {

// One call, in ticks. `converted` and `returned` are 0 if it was not split.
struct Event {
  const polyhost_record* record;
  std::uint64_t entry;
  std::uint64_t converted;
  std::uint64_t returned;
  std::uint64_t exit;
  std::uint64_t gil_wait : 63;
  std::uint64_t failed : 1;
};

// The newest calls of one thread, in the order in which they ended. Memory is taken in blocks, as calls come.
class Ring {
 public:
  Ring(std::size_t capacity, std::int64_t thread_id, std::string thread_name);
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring();

  // By its thread alone.
  void push(const Event& event) {
    if (next_ == end_) [[unlikely]]
      open_block();
    if (next_ != end_) *next_++ = event;
  }

  // Gives back what its last block has not used: when its thread has ended. Nothing may be pushed afterwards.
  void close();

  // These when nobody pushes.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::uint64_t dropped() const;  // the oldest ones, for which there was no room
  [[nodiscard]] const Event& operator[](std::size_t index) const;  // 0: the oldest

  [[nodiscard]] std::int64_t thread_id() const { return thread_id_; }
  [[nodiscard]] const std::string& thread_name() const { return thread_name_; }

 private:
  // Without memory: reuses the oldest block, or, while there is none, drops what comes.
  void open_block();
  [[nodiscard]] std::size_t stored() const;

  std::size_t capacity_;
  std::size_t block_size_;  // in events
  std::int64_t thread_id_;
  std::string thread_name_;
  std::deque<Event*> blocks_;  // the oldest first
  Event* next_ = nullptr;
  Event* end_ = nullptr;
  std::uint64_t overwritten_ = 0;
  std::size_t given_back_ = 0;  // bytes at the end of the last block
};

// The rings of all threads, to the end of the process.
class Trace {
 public:
  explicit Trace(std::size_t events_per_thread) : events_per_thread_(events_per_thread) {}

  // A new one, for the calling thread. Throws std::bad_alloc.
  Ring& add_thread(std::int64_t id, std::string name);

  // Those of threads that have ended, too. When nobody pushes.
  [[nodiscard]] const std::deque<Ring>& threads() const { return rings_; }
  [[nodiscard]] std::uint64_t events() const;
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  std::size_t events_per_thread_;
  std::mutex mutex_;
  std::deque<Ring> rings_;
};

// From a tick to ns since another one, rounded down; 0 if it came before that.
std::uint64_t ns_since(std::uint64_t start, std::uint64_t tick, double ns_per_tick);

// The indexes of a ring's events in the order of their beginning; what contains others comes before them.
std::vector<std::uint32_t> by_beginning(const Ring& ring);

}  // namespace polyhost::record
