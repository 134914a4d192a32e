// Where the counts of a process lie: in memory of its own, or in its slot of a file that a family of
// processes shares, so that others see them while it runs, and after it has ended, however it did. The file
// has no name: it is gone with the last process that has it open. Not what is counted, which is the ledger's
// (ledger.h). No Python.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/detail/clock.hpp>
#include <polyhost/detail/estimate.hpp>

#include <atomic>
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
  std::uint32_t every_site;  // so is this: not 0 if each call's line is looked at
  std::uint32_t all_native;  // and this: not 0 if calls of all native functions are timed
  Offset script;
  Offset functions;
  std::uint64_t used;  // bytes of the slot, for who reads it
};

// A slot that is only read. What a damaged process has left there may be anything: each step is checked.
class Slot {
 public:
  Slot(int file, std::uint64_t index);  // throws std::system_error
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

  // As it was when this was made.
  [[nodiscard]] const StoredProcess& process() const { return process_; }
  // What stands at a link; null if that is none. All links lead forward: what does not is damaged.
  template <class T>
  [[nodiscard]] const T* follow(const Offset& link) const {
    const Offset to = __atomic_load_n(&link, __ATOMIC_ACQUIRE);
    const auto from = static_cast<Offset>(reinterpret_cast<const std::byte*>(&link) - base_);
    return to > from ? at<T>(to) : nullptr;
  }
  [[nodiscard]] const StoredFunction* first_function() const {
    return at<StoredFunction>(process_.functions);
  }
  [[nodiscard]] std::string script() const { return text_at(process_.script); }
  [[nodiscard]] std::string text(const Offset& link) const;

 private:
  template <class T>
  [[nodiscard]] const T* at(Offset offset) const;
  [[nodiscard]] std::string text_at(Offset offset) const;

  StoredProcess process_{};
  std::size_t size_;
  const std::byte* base_;
};

// A file that a family shares, open.
class FamilyFile {
 public:
  explicit FamilyFile(int file) : file_(file) {}  // owned
  FamilyFile(const FamilyFile&) = delete;
  FamilyFile(FamilyFile&& other) noexcept;
  FamilyFile& operator=(FamilyFile&&) = delete;
  ~FamilyFile();

  [[nodiscard]] int number() const { return file_; }
  // Those that come from the process in slot `first`, in the order in which they began.
  [[nodiscard]] std::vector<std::uint64_t> descendants(std::uint64_t first) const;
  // The slot of that process, the last one if there were several; nothing if it has none.
  [[nodiscard]] std::optional<std::uint64_t> slot_of(std::int64_t pid) const;

 private:
  int file_;
};

class Store {
 public:
  Store() = default;  // memory of this process's own
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Before anything lies in it: from now on in a new file, or in that at `address`, which a process of the
  // family has told. False, and nothing has changed, if the file cannot be had, or all its slots are taken.
  bool share();
  bool share(const std::string& address);
  // For share(), in processes that come from this one; empty if it is not shared.
  [[nodiscard]] std::string address() const;

  // In a child that fork() has made, if the store is shared: a slot of its own at the same place, or memory
  // that nobody sees. Beyond process() it holds zeroes, but for what copy() brings from the parent's. Neither
  // allocates anything.
  void enter_child();
  void copy(const void* from, const void* until);

  [[nodiscard]] StoredProcess& process() {
    return base_ != nullptr ? *reinterpret_cast<StoredProcess*>(base_) : own_;
  }

  // A zeroed T, for as long as the store lives. Several threads may ask at once. Throws std::bad_alloc.
  template <class T>
  T& make() {
    static_assert(std::is_trivially_copyable_v<T>);
    return *new (allocate(sizeof(T))) T{};
  }
  Offset keep(std::string_view text);  // for others to read; throws std::bad_alloc
  // Puts `made` where the link leads.
  template <class T>
  void set(Offset& link, const T& made) {
    if (base_ == nullptr) return;  // nobody follows it
    __atomic_store_n(&link, static_cast<Offset>(reinterpret_cast<const std::byte*>(&made) - base_),
                     __ATOMIC_RELEASE);
  }
  // All that has been made in a shared store lies here.
  [[nodiscard]] const void* begin() const { return base_ + sizeof(StoredProcess); }
  [[nodiscard]] const void* end() const { return base_ + used_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_shared() const { return base_ != nullptr; }

  // The process that this one comes from; nothing if that is not known.
  [[nodiscard]] std::optional<StoredProcess> parent() const;
  // The slots of the processes that come from this one, in the order in which they began.
  [[nodiscard]] std::vector<std::uint64_t> descendants() const;
  [[nodiscard]] int file() const { return file_; }
  // That of the next process which begins.
  [[nodiscard]] std::uint64_t next_slot() const { return slot_ + 1 + begun_after(); }
  // How many of the family found all slots taken.
  [[nodiscard]] std::uint64_t without_slot() const;
  // How many have begun so far, whether they can be read or not.
  [[nodiscard]] std::uint64_t begun_after() const;

 private:
  struct Piece {
    Piece* next;
  };

  void* allocate(std::size_t size);
  [[nodiscard]] bool has_file() const;
  [[nodiscard]] std::uint64_t taken() const;  // slots; more than there are, where some found none
  bool share_file(int file);
  bool take_slot_in_place();

  StoredProcess own_{};
  std::atomic<Piece*> pieces_ = nullptr;  // of memory of its own
  std::byte* base_ = nullptr;             // the slot
  std::atomic<std::uint64_t> used_ = 0;
  const std::byte* head_ = nullptr;  // of the file
  int file_ = -1;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t slot_ = 0;
  std::int64_t file_process_ = 0;  // which has the file open as file_number_ for the others
  int file_number_ = -1;
};

// The file of a running process; nothing if it shares none. Throws std::system_error if it is not to be
// looked at.
std::optional<FamilyFile> family_of(std::int64_t pid);

// True if there is such a process, and it has not ended.
bool is_running(std::int64_t pid);

}  // namespace polyhost::record
