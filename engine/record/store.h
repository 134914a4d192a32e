// Where the counts of a process lie: in memory of its own, or in its slot of a file that a family of
// processes shares, so that others see them while it runs, and after it has ended, however it did. The file
// has no name: it is gone with the last process that has it open. Not what is counted, which is the ledger's
// (ledger.h). No Python.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/detail/clock.hpp>
#include <polyhost/detail/estimate.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace polyhost::record {

// From the start of a slot; 0 is none. Written last, and read before what it leads to.
using Offset = std::uint64_t;

struct StoredSite {
  Offset next;
  Offset file;
  Offset function;
  std::int64_t line;
  std::uint64_t calls;
};

struct StoredFunction {
  Offset next;
  Offset module;
  Offset name;  // qualified
  Offset signature;
  Offset sites;
  std::uint32_t direction;
  std::uint32_t traits;
  polyhost_record counts;
  detail::totals settled;  // of calls in timing modes before this one
};

// At the start of each slot.
struct StoredProcess {
  std::int64_t pid;  // 0: nothing stands in the slot yet
  std::int64_t parent_pid;
  std::uint64_t parent;      // the slot of the process that it comes from; its own if it is the first
  detail::moment start;      // or of the last reset
  std::uint64_t ended_ns;    // when Python had ended; 0: it runs, or was ended at once
  std::uint32_t clock;       // the polyhost_clock
  std::uint32_t timing;      // the polyhost_timing, which children take over
  std::uint64_t every_site;  // so is this: not 0 if each call's line is looked at
  Offset script;
  Offset functions;
  std::uint64_t used;  // bytes of the slot
};

// A slot that is only read. What a damaged process has left there may be anything: each step is checked.
class Slot {
 public:
  Slot(int file, std::uint64_t index);  // throws std::system_error
  Slot(Slot&& other) noexcept;
  Slot& operator=(Slot&&) = delete;
  ~Slot();

  [[nodiscard]] std::uint64_t index() const { return index_; }
  [[nodiscard]] const StoredProcess& process() const { return *at<StoredProcess>(0); }
  // What stands at a link; null if that is none. All links lead forward: what does not is damaged.
  template <class T>
  [[nodiscard]] const T* follow(const Offset& link) const {
    const Offset to = __atomic_load_n(&link, __ATOMIC_ACQUIRE);
    const auto from = static_cast<Offset>(reinterpret_cast<const std::byte*>(&link) - base_);
    return to > from ? at<T>(to) : nullptr;
  }
  [[nodiscard]] std::string text(const Offset& link) const;

 private:
  template <class T>
  [[nodiscard]] const T* at(Offset offset) const;

  std::uint64_t index_;
  const std::byte* base_;
};

class Store {
 public:
  Store();  // memory of this process's own; throws std::bad_alloc
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Before anything lies in it: moves it into a new file, or into that at `address`, which a process of the
  // family has told. False, and nothing has changed, if the file cannot be had, or all its slots are taken.
  bool share(const std::string& address = "");
  // For share(), in processes that come from this one; empty if it is not shared.
  [[nodiscard]] std::string address() const;

  // In a child that fork() has made, with no other thread: what lies there becomes the child's own, at the
  // same place, and what the parent counts on is not seen any more. Allocates nothing.
  void enter_child();

  [[nodiscard]] StoredProcess& process() { return *reinterpret_cast<StoredProcess*>(base_); }
  [[nodiscard]] const StoredProcess& process() const {
    return *reinterpret_cast<const StoredProcess*>(base_);
  }

  // A zeroed T, for as long as the store lives. Throws std::bad_alloc.
  template <class T>
  T& make() {
    static_assert(std::is_trivially_copyable_v<T>);
    return *new (allocate(sizeof(T))) T{};
  }
  Offset keep(std::string_view text);  // throws std::bad_alloc
  // Puts `made` where the link leads.
  template <class T>
  void set(Offset& link, const T& made) {
    __atomic_store_n(&link, static_cast<Offset>(reinterpret_cast<const std::byte*>(&made) - base_),
                     __ATOMIC_RELEASE);
  }

  // The slot of the process that this one comes from; nothing if that is not known.
  [[nodiscard]] std::optional<Slot> parent() const;
  // The processes that come from this one, in the order in which they began. Those of which nothing can be
  // read are left out.
  [[nodiscard]] std::vector<Slot> descendants() const;
  // How many of the family found no slot.
  [[nodiscard]] std::uint64_t without_slot() const;

 private:
  void* allocate(std::size_t size);
  [[nodiscard]] bool has_file() const;
  bool take_slot(int file);

  std::byte* base_;
  int file_ = -1;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t slot_ = 0;
  std::int64_t file_process_ = 0;  // which has the file open as file_number_ for the others
  int file_number_ = -1;
};

// The family that a process belongs to, from outside: its own slot first, then those of its descendants.
// Empty if it shares nothing, or is not to be looked at. Throws std::system_error.
std::vector<Slot> family_of(std::int64_t pid);

// True if there is such a process, and it has not ended.
bool is_running(std::int64_t pid);

}  // namespace polyhost::record
