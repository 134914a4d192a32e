// One system call in place of some three hundred page faults.
#include "interpreter/prefault.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

// The linker's bounds of the initialised data.
extern "C" char __data_start;  // NOLINT(bugprone-reserved-identifier)
extern "C" char _edata;        // NOLINT(bugprone-reserved-identifier)

namespace polyhost::interpreter {

void prefault_data() {
#ifdef MADV_POPULATE_WRITE
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(&__data_start) & ~(page - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(&_edata);
  const int before = errno;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel takes whole pages
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
  errno = before;
#endif
}

}  // namespace polyhost::interpreter
