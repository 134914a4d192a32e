// One crossing under way: when its four ticks are taken, and what a thread keeps of it. The same for calls in
// both directions, good or failed. Not how it enters its record: that is account.hpp. No Python.
#pragma once

#include <polyhost/detail/account.hpp>
#include <polyhost/detail/tick.hpp>

#include <cstdint>

namespace polyhost::detail {

// Begun and ended on one thread; one that is not ended is not counted. Its members are inlined also where a
// call has failed: a single call that takes its address would keep it in memory, not in registers.
template <polyhost_direction Direction>
class timed_crossing {
 public:
  // `entry` is the tick at which the outer side began, before all else; a wait for the GIL may follow it.
  timed_crossing(std::uint64_t entry, polyhost_thread& thread, std::uint64_t gil_wait = 0)
      : c_{entry, 0, 0, 0, gil_wait, gil_wait, 0}, thread_(thread), nested_before_(thread.nested) {
    // An outbound crossing leaves the native function for the time.
    set_nested(Direction == POLYHOST_INBOUND ? nested_before_ | POLYHOST_INSIDE
                                             : nested_before_ & ~POLYHOST_INSIDE);
  }
  timed_crossing(const timed_crossing&) = delete;
  timed_crossing& operator=(const timed_crossing&) = delete;
  ~timed_crossing() = default;

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
    c_.nested = thread_.nested - c_.nested;
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
  [[gnu::always_inline]] void end(polyhost_record& record, bool failed) {
    c_.exit = tick();
    if (failed) [[unlikely]]
      account_failure(record, c_);
    close(record);
  }
  // For a call that has nothing to convert or let go: the outer side ends where the inner one did.
  [[gnu::always_inline]] void end_at_inner_end(polyhost_record& record) {
    c_.exit = c_.returned;
    close(record);
  }

 private:
  [[gnu::always_inline]] void close(polyhost_record& record) {
    set_nested(nested_before_ + (c_.exit - c_.entry));
    account<Direction>(record, c_);
  }
  // Other threads and signal handlers read it meanwhile.
  [[gnu::always_inline]] void set_nested(std::uint64_t value) {
    __atomic_store_n(&thread_.nested, value, __ATOMIC_RELAXED);
  }
  // While the inner side runs, c_.nested holds what the thread had before it.
  void open_nested() { c_.nested = thread_.nested; }

  crossing c_;
  polyhost_thread& thread_;
  std::uint64_t nested_before_;
};

using inbound_crossing = timed_crossing<POLYHOST_INBOUND>;
using outbound_crossing = timed_crossing<POLYHOST_OUTBOUND>;

}  // namespace polyhost::detail
