// One file for a family: a page that says how many slots are taken, and the slots, of which the file system
// holds the pages that were written to.
#include "record/store.h"

#include <polyhost/version.h>
#include <polyhost/detail/tick.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

namespace polyhost::record {

namespace {

constexpr std::size_t head_size = 4096;
constexpr std::size_t slot_size = std::size_t{128} << 20U;  // about 15,000 functions
constexpr std::uint64_t most_slots = 4096;
constexpr std::size_t file_size = head_size + most_slots * slot_size;
constexpr const char* file_name = "polyhost counts";
// Above what scripts count on: the lowest free descriptor is the one they get next.
constexpr int lowest_descriptor = 64;

// What lies in the file is read by the same version only.
struct Head {
  std::array<char, 48> version;
  std::uint64_t taken;
};

constexpr std::array<char, 48> version_of_layout() {
  std::array<char, 48> text{};
  constexpr std::string_view version = "polyhost counts 1 of " POLYHOST_VERSION;
  static_assert(version.size() < text.size());
  std::copy(version.begin(), version.end(), text.begin());
  return text;
}

off_t offset_of(std::uint64_t slot) { return static_cast<off_t>(head_size + slot * slot_size); }

// Throws std::system_error.
[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Unmap {
  void operator()(Head* head) const { ::munmap(head, head_size); }
};
using MappedHead = std::unique_ptr<Head, Unmap>;

// Null if it is not the head of such a file.
MappedHead map_head(int file, int protection) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || static_cast<std::size_t>(status.st_size) != file_size) return nullptr;
  void* mapped = ::mmap(nullptr, head_size, protection, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return nullptr;
  MappedHead head(static_cast<Head*>(mapped));
  return head->version == version_of_layout() ? std::move(head) : nullptr;
}

// A descriptor of it out of the script's way; -1 if it cannot be had.
int lift(int file) {
  if (file < 0) return -1;
  const int lifted = ::fcntl(file, F_DUPFD_CLOEXEC, lowest_descriptor);
  ::close(file);
  return lifted;
}

int new_file() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < file_size) return -1;  // a signal would tell
  const int file = lift(::memfd_create(file_name, MFD_CLOEXEC));
  if (file < 0) return -1;
  const std::array<char, 48> version = version_of_layout();
  if (::ftruncate(file, static_cast<off_t>(file_size)) == 0 &&
      ::pwrite(file, version.data(), version.size(), 0) == static_cast<ssize_t>(version.size()))
    return file;
  ::close(file);
  return -1;
}

// Where another process has the file open.
struct Address {
  long process = 0;
  int number = 0;
  unsigned long inode = 0;
  unsigned long slot = 0;
};

std::optional<Address> read_address(const std::string& text) {
  Address a;
  int end = 0;
  if (std::sscanf(text.c_str(), "%ld:%d:%lu:%lu%n", &a.process, &a.number, &a.inode, &a.slot, &end) != 4 ||
      text.size() != static_cast<std::size_t>(end) || a.slot >= most_slots)
    return std::nullopt;
  return a;
}

std::string path_of(long process, const std::string& number) {
  return "/proc/" + std::to_string(process) + "/fd/" + number;
}

// -1 if there is no such file any more.
int open_file(const Address& a) {
  const int file = lift(::open(path_of(a.process, std::to_string(a.number)).c_str(), O_RDWR | O_CLOEXEC));
  struct stat status {};
  if (file >= 0 && ::fstat(file, &status) == 0 && status.st_ino == a.inode && map_head(file, PROT_READ))
    return file;
  if (file >= 0) ::close(file);
  return -1;
}

std::uint64_t slots_taken(int file) {
  const MappedHead head = map_head(file, PROT_READ);
  return head ? __atomic_load_n(&head->taken, __ATOMIC_RELAXED) : 0;
}

// The slots of those that come from `first`, which is left out.
std::vector<Slot> descendants_of(int file, std::uint64_t first) {
  const std::uint64_t count = std::min(slots_taken(file), most_slots);
  std::vector<bool> belongs(count, false);
  std::vector<Slot> found;
  for (std::uint64_t i = first + 1; i < count; ++i) {  // a child's comes after its parent's
    Slot slot(file, i);
    const StoredProcess& process = slot.process();
    if (__atomic_load_n(&process.pid, __ATOMIC_ACQUIRE) == 0 || process.parent >= i) continue;
    belongs[i] = process.parent == first || belongs[process.parent];
    if (belongs[i]) found.push_back(std::move(slot));
  }
  return found;
}

void* private_memory() {
  return ::mmap(nullptr, slot_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                0);
}

}  // namespace

Slot::Slot(int file, std::uint64_t index) : index_(index) {
  void* mapped = ::mmap(nullptr, slot_size, PROT_READ, MAP_SHARED | MAP_NORESERVE, file, offset_of(index));
  if (mapped == MAP_FAILED) fail("mmap");
  base_ = static_cast<const std::byte*>(mapped);
}

Slot::Slot(Slot&& other) noexcept : index_(other.index_), base_(std::exchange(other.base_, nullptr)) {}

Slot::~Slot() {
  if (base_ != nullptr) ::munmap(const_cast<std::byte*>(base_), slot_size);
}

template <class T>
const T* Slot::at(Offset offset) const {
  if (offset > slot_size - sizeof(T) || offset % alignof(T) != 0) return nullptr;
  return reinterpret_cast<const T*>(base_ + offset);
}
template const StoredProcess* Slot::at(Offset) const;
template const StoredFunction* Slot::at(Offset) const;
template const StoredSite* Slot::at(Offset) const;

// A text is its length, and its bytes.
std::string Slot::text(const Offset& link) const {
  const auto* length = follow<std::uint64_t>(link);
  if (length == nullptr) return "";
  const auto* bytes = reinterpret_cast<const char*>(length + 1);
  const auto room = static_cast<std::uint64_t>(reinterpret_cast<const char*>(base_ + slot_size) - bytes);
  return {bytes, static_cast<std::size_t>(std::min({*length, room, std::uint64_t{1} << 16U}))};
}

Store::Store() {
  void* mapped = private_memory();
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  base_ = static_cast<std::byte*>(mapped);
  process().used = sizeof(StoredProcess);
}

Store::~Store() {
  ::munmap(base_, slot_size);
  if (has_file()) ::close(file_);
}

// The script may have closed it, and opened another one with that number.
bool Store::has_file() const {
  struct stat status {};
  return file_ >= 0 && ::fstat(file_, &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

// Maps the next free slot, which is then this process's, where the store lies.
bool Store::take_slot(int file) {
  const MappedHead head = map_head(file, PROT_READ | PROT_WRITE);
  if (!head) return false;
  const std::uint64_t slot = __atomic_fetch_add(&head->taken, 1, __ATOMIC_RELAXED);
  if (slot >= most_slots) return false;
  if (::mmap(base_, slot_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, file,
             offset_of(slot)) == MAP_FAILED)
    return false;
  slot_ = slot;
  return true;
}

bool Store::share(const std::string& address) {
  const std::optional<Address> of_family = read_address(address);
  const int file = address.empty() ? new_file() : of_family ? open_file(*of_family) : -1;
  if (file < 0) return false;
  if (!take_slot(file)) {
    ::close(file);
    return false;
  }
  struct stat status {};
  ::fstat(file, &status);
  file_ = file;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  file_process_ = of_family ? of_family->process : static_cast<std::int64_t>(::getpid());
  file_number_ = of_family ? of_family->number : file;
  process().used = sizeof(StoredProcess);
  process().parent = of_family ? of_family->slot : slot_;
  return true;
}

std::string Store::address() const {
  if (file_number_ < 0) return "";
  return std::to_string(file_process_) + ":" + std::to_string(file_number_) + ":" + std::to_string(inode_) +
         ":" + std::to_string(slot_);
}

void Store::enter_child() {
  if (file_number_ < 0) return;  // private memory is the child's own already
  // The parent counts on meanwhile: all that is taken from it is what does not change.
  const std::size_t used = process().used;
  void* copy = private_memory();
  if (copy == MAP_FAILED) return;
  std::memcpy(copy, base_, used);
  auto& copied = *static_cast<StoredProcess*>(copy);
  copied.pid = 0;
  copied.used = used;
  copied.parent = slot_;
  if (has_file() && take_slot(file_)) {
    std::memcpy(base_, copy, used);
    ::munmap(copy, slot_size);
    return;
  }
  ::mremap(copy, slot_size, slot_size, MREMAP_MAYMOVE | MREMAP_FIXED, base_);
  file_number_ = -1;  // it counts on unseen
}

void* Store::allocate(std::size_t size) {
  constexpr std::size_t line = 64;  // of the processor's cache
  std::uint64_t& used = process().used;
  const std::size_t begin = (used + line - 1) / line * line;
  if (size > slot_size - begin) throw std::bad_alloc();
  used = begin + size;
  return base_ + begin;
}

Offset Store::keep(std::string_view text) {
  auto* length = static_cast<std::uint64_t*>(allocate(sizeof(std::uint64_t) + text.size()));
  *length = text.size();
  std::memcpy(length + 1, text.data(), text.size());
  return static_cast<Offset>(reinterpret_cast<std::byte*>(length) - base_);
}

std::optional<Slot> Store::parent() const {
  const std::uint64_t parent = process().parent;
  if (!has_file() || parent >= slot_) return std::nullopt;
  return Slot(file_, parent);
}

std::vector<Slot> Store::descendants() const {
  return has_file() ? descendants_of(file_, slot_) : std::vector<Slot>();
}

std::uint64_t Store::without_slot() const {
  const std::uint64_t taken = has_file() ? slots_taken(file_) : 0;
  return taken - std::min(taken, most_slots);
}

std::vector<Slot> family_of(std::int64_t pid) {
  const std::string folder = path_of(pid, "");
  const std::unique_ptr<DIR, int (*)(DIR*)> files(::opendir(folder.c_str()), ::closedir);
  if (!files) fail("opendir");
  while (const dirent* entry = ::readdir(files.get())) {
    const std::string path = folder + entry->d_name;
    std::array<char, 64> target{};
    if (::readlink(path.c_str(), target.data(), target.size() - 1) < 0 ||
        std::string_view(target.data()).find(file_name) == std::string_view::npos)
      continue;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    std::vector<Slot> found;
    const std::uint64_t count = std::min(slots_taken(file), most_slots);
    for (std::uint64_t i = 0; i < count && found.empty(); ++i) {
      Slot slot(file, i);
      if (slot.process().pid != pid) continue;
      found.push_back(std::move(slot));
      for (Slot& one : descendants_of(file, i)) found.push_back(std::move(one));
    }
    ::close(file);
    if (!found.empty()) return found;
  }
  return {};
}

bool is_running(std::int64_t pid) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "re"), std::fclose);
  if (!file) return false;
  std::array<char, 512> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size() - 1, file.get());
  const std::string_view line(text.data(), size);
  const std::size_t name_end = line.rfind(')');  // "PID (NAME) STATE ..."
  const bool has_state = name_end != std::string_view::npos && name_end + 2 < line.size();
  return has_state && line[name_end + 2] != 'Z' && line[name_end + 2] != 'X';
}

}  // namespace polyhost::record
