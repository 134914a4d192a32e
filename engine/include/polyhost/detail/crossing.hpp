// One crossing under way: when its ticks are taken, and what a thread keeps of it. Three kinds: split (four
// ticks), whole (two) and untimed. The same for calls in both directions, good or failed. Not how it enters
// its record: that is account.hpp. No Python.
#pragma once

#include <polyhost/detail/account.hpp>
#include <polyhost/detail/observe.hpp>
#include <polyhost/detail/tick.hpp>

#include <cstdint>

namespace polyhost::detail {

// What a thread keeps while a crossing is under way, and after it.
template <polyhost_direction Direction>
class thread_mark {
 public:
  // An outbound crossing leaves the native function for the time.
  explicit thread_mark(polyhost_thread& thread) : thread_(thread), before_(thread.nested) {
    set(Direction == POLYHOST_INBOUND ? before_ | POLYHOST_INSIDE : before_ & ~POLYHOST_INSIDE);
  }
  // At least 1 is added: a crossing that has ended shows.
  [[gnu::always_inline]] void end(std::uint64_t outer) { set(before_ + outer + (outer == 0 ? 1 : 0)); }
  [[nodiscard]] std::uint64_t nested() const { return thread_.nested; }

 private:
  // Other threads and signal handlers read it meanwhile.
  [[gnu::always_inline]] void set(std::uint64_t value) {
    __atomic_store_n(&thread_.nested, value, __ATOMIC_RELAXED);
  }

  polyhost_thread& thread_;
  std::uint64_t before_;
};

// A crossing of four ticks. Begun and ended on one thread; one that is not ended is not counted. Its members
// are inlined also where a call has failed: a single call that takes its address would keep it in memory, not
// in registers.
template <polyhost_direction Direction>
class split_crossing {
 public:
  // `entry` is the tick at which the outer side began, before all else; a wait for the GIL may follow it.
  split_crossing(std::uint64_t entry, polyhost_thread& thread, std::uint64_t gil_wait = 0)
      : c_{entry, 0, 0, 0, gil_wait, gil_wait, 0}, mark_(thread) {}
  split_crossing(const split_crossing&) = delete;
  split_crossing& operator=(const split_crossing&) = delete;
  ~split_crossing() = default;

  [[gnu::always_inline]] void begin_inner() {
    open_nested();
    c_.converted = tick();
  }
  // For a call with nothing to convert: the inner side begins where the outer one does.
  [[gnu::always_inline]] void begin_inner_at_entry() {
    open_nested();
    c_.converted = c_.entry;
  }
  [[gnu::always_inline]] void end_inner() {
    c_.returned = tick();
    c_.nested = mark_.nested() - c_.nested;
  }
  [[nodiscard]] bool in_inner() const { return c_.converted != 0 && c_.returned == 0; }

  // Charges the time of `wait` as a wait for the GIL, after the inner side.
  template <class Wait>
  void wait_for_gil(Wait wait) {
    const std::uint64_t asked = tick();
    wait();
    c_.gil_wait += tick() - asked;
  }

  // The outer side has ended. An inner side that was begun has been, too; a failed call may have begun none.
  // `weight` as for account(). Returns the outer side.
  [[gnu::always_inline]] std::uint64_t end(polyhost_record& record, bool failed, std::uint64_t weight = 0) {
    c_.exit = tick();
    if (failed) [[unlikely]]
      account_failure(record, c_);
    return close(record, weight, failed);
  }
  // For a call that has nothing to convert or let go: the outer side ends where the inner one did.
  [[gnu::always_inline]] std::uint64_t end_at_inner_end(polyhost_record& record, std::uint64_t weight = 0) {
    c_.exit = c_.returned;
    return close(record, weight, /*failed=*/false);
  }

 private:
  [[gnu::always_inline]] std::uint64_t close(polyhost_record& record, std::uint64_t weight, bool failed) {
    const std::uint64_t outer = c_.exit - c_.entry;
    mark_.end(weight > 1 ? outer * weight : outer);
    account<Direction>(record, c_, weight);
    if (observe != nullptr) [[unlikely]]
      observe(&record, c_.entry, c_.converted, c_.returned, c_.exit, c_.gil_wait, failed ? 1 : 0);
    return outer;
  }
  // While the inner side runs, c_.nested holds what the thread had before it.
  void open_nested() { c_.nested = mark_.nested(); }

  crossing c_;
  thread_mark<Direction> mark_;
};

using inbound_crossing = split_crossing<POLYHOST_INBOUND>;
using outbound_crossing = split_crossing<POLYHOST_OUTBOUND>;

// An inbound crossing of two ticks: only its whole is timed.
class whole_crossing {
 public:
  whole_crossing(std::uint64_t entry, polyhost_thread& thread) : entry_(entry), mark_(thread) {}

  [[gnu::always_inline]] void end(polyhost_record& record, bool failed) {
    const std::uint64_t outer = tick() - entry_;
    mark_.end(outer);
    account_whole(record, outer);
    if (failed) [[unlikely]]
      add(record.errors, 1);
    if (observe != nullptr) [[unlikely]]
      observe(&record, entry_, 0, 0, entry_ + outer, 0, failed ? 1 : 0);
  }

 private:
  std::uint64_t entry_;
  thread_mark<POLYHOST_INBOUND> mark_;
};

// A crossing without ticks: with the members of split_crossing that code for both needs.
template <polyhost_direction Direction>
class untimed_crossing {
 public:
  explicit untimed_crossing(polyhost_thread& thread) : mark_(thread) {}

  void begin_inner() {}
  void begin_inner_at_entry() {}
  void end_inner() {}
  [[nodiscard]] bool in_inner() const { return false; }
  template <class Wait>
  void wait_for_gil(Wait wait) {
    wait();
  }
  void end() { mark_.end(1); }

 private:
  thread_mark<Direction> mark_;
};

}  // namespace polyhost::detail
