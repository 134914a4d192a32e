// One file for a family: a head that says how many slots are taken, and the slots, of which the file system
// holds the pages that were written to. It is sealed: nobody can cut it short under those who have it mapped.
#include "record/store.h"

#include "base/descriptor.h"

#include <polyhost/version.h>

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
#include <memory>
#include <system_error>
#include <utility>

namespace polyhost::record {

namespace {

constexpr std::size_t head_size = 65536;                    // a multiple of every page size
constexpr std::size_t slot_size = std::size_t{128} << 20U;  // about 15,000 functions
constexpr std::uint64_t most_slots = 4096;
constexpr std::size_t file_size = head_size + most_slots * slot_size;
constexpr const char* file_name = "polyhost counts";
constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

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

std::size_t place_of(std::uint64_t slot) { return head_size + slot * slot_size; }

// Throws std::system_error.
[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool is_family_file(int file) {
  Head head{};
  struct stat status {};
  return ::fstat(file, &status) == 0 && static_cast<std::size_t>(status.st_size) == file_size &&
         status.st_uid == ::geteuid() && ::fcntl(file, F_GET_SEALS) == seals &&
         ::pread(file, &head, sizeof(head), 0) == sizeof(head) && head.version == version_of_layout();
}

std::uint64_t slots_taken(int file) {
  Head head{};
  return ::pread(file, &head, sizeof(head), 0) == sizeof(head) ? std::min(head.taken, most_slots) : 0;
}

// Nothing if none stands in the slot yet.
std::optional<StoredProcess> process_in(int file, std::uint64_t slot) {
  StoredProcess process{};
  const auto size = static_cast<ssize_t>(sizeof(process));
  if (slot >= most_slots ||
      ::pread(file, &process, sizeof(process), static_cast<off_t>(place_of(slot))) != size ||
      process.pid == 0)
    return std::nullopt;
  return process;
}

// A descriptor of it out of the script's way; -1 if it cannot be had.
int lift(int file) {
  if (file < 0) return -1;
  const int lifted = base::duplicate_out_of_the_way(file);
  ::close(file);
  return lifted;
}

int new_file() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < file_size) return -1;  // a signal would tell
  const int file = lift(::memfd_create(file_name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file < 0) return -1;
  const std::array<char, 48> version = version_of_layout();
  if (::ftruncate(file, static_cast<off_t>(file_size)) == 0 && ::fcntl(file, F_ADD_SEALS, seals) == 0 &&
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

// -1 if it is not the regular file of that number, or not a family's.
int open_family_file(const std::string& path, int access, std::optional<unsigned long> inode) {
  struct stat status {};  // before it is opened: to open a device may do anything
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (inode && status.st_ino != *inode))
    return -1;
  const int file = lift(::open(path.c_str(), access | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file < 0 || is_family_file(file)) return file;
  ::close(file);
  return -1;
}

std::string folder_of(long process) { return "/proc/" + std::to_string(process) + "/fd/"; }

}  // namespace

Slot::Slot(int file, std::uint64_t index) {
  const std::optional<StoredProcess> process = process_in(file, index);
  if (!process || process->used < sizeof(StoredProcess) || process->used > slot_size) {
    errno = EINVAL;
    fail("slot");
  }
  process_ = *process;
  size_ = process_.used;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_NORESERVE, file,
                        static_cast<off_t>(place_of(index)));
  if (mapped == MAP_FAILED) fail("mmap");
  base_ = static_cast<const std::byte*>(mapped);
}

Slot::~Slot() { ::munmap(const_cast<std::byte*>(base_), size_); }

template <class T>
const T* Slot::at(Offset offset) const {
  if (offset == 0 || size_ < sizeof(T) || offset > size_ - sizeof(T) || offset % alignof(T) != 0)
    return nullptr;
  return reinterpret_cast<const T*>(base_ + offset);
}
template const StoredFunction* Slot::at(Offset) const;
template const StoredSite* Slot::at(Offset) const;

// A text is its length, and its bytes.
std::string Slot::text_at(Offset offset) const {
  constexpr std::uint64_t longest = 1U << 16U;
  const auto* length = at<std::uint64_t>(offset);
  if (length == nullptr) return "";
  const std::uint64_t wanted = *length;
  const std::uint64_t room = size_ - offset - sizeof(std::uint64_t);
  return {reinterpret_cast<const char*>(length + 1),
          static_cast<std::size_t>(std::min({wanted, room, longest}))};
}

std::string Slot::text(const Offset& link) const { return text_at(__atomic_load_n(&link, __ATOMIC_ACQUIRE)); }

FamilyFile::FamilyFile(FamilyFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
FamilyFile::~FamilyFile() {
  if (file_ >= 0) ::close(file_);
}

namespace {

std::vector<std::uint64_t> descendants_in(int file, std::uint64_t first) {
  const std::uint64_t count = slots_taken(file);
  std::vector<bool> belongs(count, false);
  std::vector<std::uint64_t> found;
  for (std::uint64_t i = first + 1; i < count; ++i) {  // a child's comes after its parent's
    const std::optional<StoredProcess> process = process_in(file, i);
    if (!process || process->parent >= i) continue;
    belongs[i] = process->parent == first || belongs[process->parent];
    if (belongs[i]) found.push_back(i);
  }
  return found;
}

}  // namespace

std::vector<std::uint64_t> FamilyFile::descendants(std::uint64_t first) const {
  return descendants_in(file_, first);
}

std::optional<std::uint64_t> FamilyFile::slot_of(std::int64_t pid) const {
  for (std::uint64_t i = slots_taken(file_); i-- > 0;) {
    const std::optional<StoredProcess> process = process_in(file_, i);
    if (process && process->pid == pid) return i;
  }
  return std::nullopt;
}

Store::~Store() {
  for (Piece* piece = pieces_; piece != nullptr;) std::free(std::exchange(piece, piece->next));
  if (base_ != nullptr) ::munmap(base_, slot_size);
  if (head_ != nullptr) ::munmap(const_cast<std::byte*>(head_), head_size);
  if (has_file()) ::close(file_);
}

// The script may have closed it, and opened another one with that number.
bool Store::has_file() const {
  struct stat status {};
  return file_ >= 0 && ::fstat(file_, &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

namespace {

// The next free slot, which is then this process's; most_slots if there is none.
std::uint64_t take_slot(const std::byte* head) {
  auto& taken = reinterpret_cast<Head*>(const_cast<std::byte*>(head))->taken;
  return std::min(__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED), most_slots);
}

void* map_slot(void* place, int file, std::uint64_t slot) {
  const int fixed = place != nullptr ? MAP_FIXED : 0;
  return ::mmap(place, slot_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | fixed, file,
                static_cast<off_t>(place_of(slot)));
}

}  // namespace

bool Store::share_file(int file) {
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) return false;
  void* head = ::mmap(nullptr, head_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (head == MAP_FAILED) return false;
  const std::uint64_t slot = take_slot(static_cast<const std::byte*>(head));
  void* base = slot < most_slots ? map_slot(nullptr, file, slot) : MAP_FAILED;
  if (base == MAP_FAILED) {
    ::munmap(head, head_size);
    return false;
  }
  head_ = static_cast<const std::byte*>(head);
  base_ = static_cast<std::byte*>(base);
  slot_ = slot;
  file_ = file;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  process().used = used_ = sizeof(StoredProcess);
  return true;
}

bool Store::share() {
  const int file = new_file();
  if (!share_file(file)) {
    if (file >= 0) ::close(file);
    return false;
  }
  file_process_ = static_cast<std::int64_t>(::getpid());
  file_number_ = file_;
  process().parent = slot_;
  return true;
}

bool Store::share(const std::string& address) {
  const std::optional<Address> family = read_address(address);
  if (!family) return false;
  const int file =
      open_family_file(folder_of(family->process) + std::to_string(family->number), O_RDWR, family->inode);
  if (!share_file(file)) {
    if (file >= 0) ::close(file);
    return false;
  }
  file_process_ = family->process;
  file_number_ = family->number;
  process().parent = family->slot;
  return true;
}

std::string Store::address() const {
  if (file_number_ < 0) return "";
  return std::to_string(file_process_) + ":" + std::to_string(file_number_) + ":" + std::to_string(inode_) +
         ":" + std::to_string(slot_);
}

void Store::enter_child() {
  if (base_ == nullptr) return;  // memory of its own is the child's already
  StoredProcess of_parent = process();
  of_parent.pid = 0;
  of_parent.parent = slot_;
  if (!take_slot_in_place()) {
    // It counts on unseen. In place of what is mapped, so that this takes no more room than there was.
    static_cast<void>(::mmap(base_, slot_size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0));
    file_number_ = -1;
  }
  of_parent.used = used_;
  process() = of_parent;
}

bool Store::take_slot_in_place() {
  if (file_number_ < 0 || !has_file()) return false;
  const std::uint64_t slot = take_slot(head_);
  if (slot >= most_slots || map_slot(base_, file_, slot) == MAP_FAILED) return false;
  slot_ = slot;
  return true;
}

// What cannot be read stays zero: only others need it.
void Store::copy(const void* from, const void* until) {
  if (base_ == nullptr || file_number_ < 0) return;
  const auto begin = static_cast<std::size_t>(static_cast<const std::byte*>(from) - base_);
  const auto size =
      static_cast<std::size_t>(static_cast<const std::byte*>(until) - static_cast<const std::byte*>(from));
  const ssize_t read =
      ::pread(file_, base_ + begin, size, static_cast<off_t>(place_of(process().parent) + begin));
  static_cast<void>(read);
}

void* Store::allocate(std::size_t size) {
  constexpr std::size_t line = 64;  // of the processor's cache
  if (base_ == nullptr) {
    void* memory = std::aligned_alloc(line, line + (size + line - 1) / line * line);
    if (memory == nullptr) throw std::bad_alloc();
    auto* piece = new (memory) Piece{pieces_.load()};
    while (!pieces_.compare_exchange_weak(piece->next, piece)) {
    }
    return std::memset(static_cast<std::byte*>(memory) + line, 0, size);
  }
  const std::size_t room = (size + line - 1) / line * line;
  std::uint64_t begin = used_.load();
  std::uint64_t aligned = 0;
  do {
    aligned = (begin + line - 1) / line * line;
    if (aligned > slot_size || room > slot_size - aligned) throw std::bad_alloc();
  } while (!used_.compare_exchange_weak(begin, aligned + room));
  __atomic_store_n(&process().used, aligned + room, __ATOMIC_RELEASE);
  return base_ + aligned;
}

Offset Store::keep(std::string_view text) {
  if (base_ == nullptr) return 0;
  auto* length = static_cast<std::uint64_t*>(allocate(sizeof(std::uint64_t) + text.size()));
  *length = text.size();
  std::memcpy(length + 1, text.data(), text.size());
  return static_cast<Offset>(reinterpret_cast<std::byte*>(length) - base_);
}

std::optional<StoredProcess> Store::parent() const {
  if (file_number_ < 0 || !has_file()) return std::nullopt;
  const std::uint64_t slot = reinterpret_cast<const StoredProcess*>(base_)->parent;
  return slot < slot_ ? process_in(file_, slot) : std::nullopt;
}

std::vector<std::uint64_t> Store::descendants() const {
  return file_number_ >= 0 && has_file() ? descendants_in(file_, slot_) : std::vector<std::uint64_t>();
}

std::uint64_t Store::taken() const {
  if (head_ == nullptr || file_number_ < 0) return 0;
  return __atomic_load_n(&reinterpret_cast<const Head*>(head_)->taken, __ATOMIC_RELAXED);
}

std::uint64_t Store::begun_after() const { return taken() - std::min(taken(), slot_ + 1); }
std::uint64_t Store::without_slot() const { return taken() - std::min(taken(), most_slots); }

std::optional<FamilyFile> family_of(std::int64_t pid) {
  const std::string folder = folder_of(pid);
  const std::unique_ptr<DIR, int (*)(DIR*)> files(::opendir(folder.c_str()), ::closedir);
  if (!files) fail("opendir");
  while (const dirent* entry = ::readdir(files.get())) {
    const std::string path = folder + entry->d_name;
    std::array<char, 64> target{};
    if (::readlink(path.c_str(), target.data(), target.size() - 1) < 0 ||
        !std::string_view(target.data()).starts_with(std::string("/memfd:") + file_name))
      continue;
    const int file = open_family_file(path, O_RDONLY, std::nullopt);
    if (file < 0) continue;
    FamilyFile found(file);
    if (found.slot_of(pid)) return found;
  }
  return std::nullopt;
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
