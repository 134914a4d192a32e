// The function is found where the compiler has kept it: its thunk needs the record, or the function object,
// again when the body returns, so one of them is in a register or on the stack; nothing is noted at each
// call. (With timing off neither may be needed.)
#include "boundary/crash.h"

#include "boundary/die_of.h"
#include "boundary/table.h"
#include "record/ledger.h"

#include <Python.h>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <span>
#include <string_view>

namespace polyhost::boundary {

namespace {

constexpr std::array crashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t page_size = 4096;
constexpr std::size_t words_a_page = page_size / sizeof(std::uintptr_t);
constexpr std::size_t deepest_page = 64;  // 256 KiB of stack

using Word = std::uintptr_t;

using Reports = void (*)();
constinit Reports reports = nullptr;
constinit pid_t process = 0;
constinit std::array<struct sigaction, 65> earlier{};
constinit std::atomic<pid_t> telling{0};  // the thread that tells of its crash
constinit std::atomic<bool> told{false};
constinit bool shows_python = false;  // faulthandler is on

// What follows runs in a handler, and calls nothing that is not safe there.

void say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

// Copies memory that may not be there; false if it is not.
bool read_memory(Word address, void* to, std::size_t size) {
  const iovec local{to, size};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): it is an address if it is anything
  const iovec remote{reinterpret_cast<void*>(address), size};
  return ::process_vm_readv(process, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

const record::Ledger::Entry* function_of_record(Word address) {
  for (const record::Ledger::Entry& entry : ledger().entries())
    if (reinterpret_cast<Word>(&entry.counts) == address && entry.direction == POLYHOST_INBOUND)
      return &entry;
  return nullptr;
}

// That a word stands for: the address of a record, or of a function object, which has one.
const record::Ledger::Entry* function_of(Word word) {
  constexpr Word lowest = 1U << 16U;
  if (word < lowest || word % alignof(void*) != 0) return nullptr;
  if (const auto* found = function_of_record(word)) return found;
  Word record = 0;
  if (!read_memory(word + offsetof(detail::function_object, record), &record, sizeof(record))) return nullptr;
  return function_of_record(record);
}

const record::Ledger::Entry* function_in(std::span<const Word> words) {
  for (const Word word : words)
    if (const auto* found = function_of(word)) return found;
  return nullptr;
}

// The innermost one that the thread was in; null if it was in none. Not inlined: its buffer would stay on the
// small stack of the handlers.
[[gnu::noinline]] const record::Ledger::Entry* crashed_function(const ucontext_t& context) {
  std::array<Word, 32> registers{};
#if defined(__x86_64__)
  for (std::size_t i = 0; i < NGREG; ++i) registers[i] = static_cast<Word>(context.uc_mcontext.gregs[i]);
  const auto top = static_cast<Word>(context.uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  for (std::size_t i = 0; i < 31; ++i) registers[i] = context.uc_mcontext.regs[i];
  const auto top = static_cast<Word>(context.uc_mcontext.sp);
#else
  const Word top = 0;
#endif
  if ((table().thread()->nested & POLYHOST_INSIDE) == 0) return nullptr;  // what is found has ended
  if (const auto* found = function_in(registers)) return found;
  // Page by page, since the first ones may be the guard of a stack that has overflowed, and the last one its
  // end.
  std::array<Word, words_a_page> words{};
  bool seen = false;
  Word at = top & ~Word{7};
  for (std::size_t page = 0; page < deepest_page; ++page) {
    const std::size_t size = page_size - at % page_size;
    if (read_memory(at, words.data(), size)) {
      seen = true;
      if (const auto* found = function_in(std::span(words).first(size / sizeof(Word)))) return found;
    } else if (seen) {
      return nullptr;
    }
    at += size;
  }
  return nullptr;
}

void wait_a_little() {
  const timespec pause{0, 10'000'000};
  ::nanosleep(&pause, nullptr);
}

// Waits for a child for so long; then ends it.
bool ends_well(pid_t child) {
  constexpr std::int64_t patience_ns = 10'000'000'000;
  const std::int64_t end = detail::clock_ns(CLOCK_MONOTONIC) + patience_ns;
  while (detail::clock_ns(CLOCK_MONOTONIC) < end) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG | __WALL) == child)
      return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    wait_a_little();
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, __WALL);
  return false;
}

int write_reports_and_end(void*) {
  for (const int signal : crashes) ::signal(signal, SIG_DFL);
  reports();
  return 0;
}

// A stack for so much memory as can be had, by its upper end; null if that is too little.
char* make_stack() {
  constexpr std::size_t largest = std::size_t{8} << 20U;  // as that of a main thread
  constexpr std::size_t smallest = std::size_t{128} << 10U;
  for (std::size_t size = largest; size >= smallest; size /= 2) {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) continue;
    ::mprotect(memory, page_size, PROT_NONE);  // where it would overflow
    return static_cast<char*>(memory) + size;
  }
  return nullptr;
}

// The copy has all that was counted, and if it crashes in turn, nothing is worse. It has a stack of its own:
// the one of the handlers is too small for making a report. Of no concern to handlers of SIGCHLD: it has no
// signal for its end.
bool report_from_a_copy() {
  char* const stack = make_stack();
  const int child = stack != nullptr ? ::clone(write_reports_and_end, stack, 0, nullptr) : -1;
  return child > 0 && ends_well(child);
}

std::string_view name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "a segmentation fault";
    case SIGBUS:
      return "a bus error";
    case SIGFPE:
      return "an arithmetic error";
    case SIGILL:
      return "an illegal instruction";
    default:
      return "abort()";
  }
}

void tell(int signal, const ucontext_t& context) {
  say("polyhost: ");
  say(name_of(signal));
  if (const auto* function = crashed_function(context)) {
    say(" in the native function ");
    say(function->name);
  } else {
    say(", in no native function that polyhost knows");
  }
  say(shows_python ? "; the line of Python stands below\n" : "\n");
  if (!report_from_a_copy()) say("polyhost: after this crash no report could be made: it is lost\n");
}

// For threads that crash while one tells of its crash: the first to go on ends the process, and the one that
// has told still shows the stacks of Python.
void wait_for_the_end() {
  constexpr int a_second = 100;
  while (!told.load()) wait_a_little();
  for (int i = 0; i < a_second; ++i) wait_a_little();
}

void on_crash(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  if (::getpid() == process) {
    const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
    pid_t none = 0;
    if (telling.compare_exchange_strong(none, self)) {
      tell(signal, *static_cast<const ucontext_t*>(context));
      told.store(true);
    } else if (none != self) {
      wait_for_the_end();
    }
  }
  errno = error;
  const struct sigaction& before = earlier[static_cast<std::size_t>(signal)];
  if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(signal);
  die_of(signal);
}

}  // namespace

void explain_crashes(void (*write_reports)()) {
  if (process != 0) return;
  process = ::getpid();
  reports = write_reports;
  const object faulthandler = object::steal(PyImport_ImportModule("faulthandler"));
  const object enabled =
      object::steal(faulthandler ? PyObject_CallMethod(faulthandler.get(), "is_enabled", nullptr) : nullptr);
  // By its number: what sys.stderr was may be closed, and the number another file's.
  const object done = object::steal(
      enabled.get() == Py_False ? PyObject_CallMethod(faulthandler.get(), "enable", "i", STDERR_FILENO)
                                : nullptr);
  shows_python = enabled.get() == Py_True || done;
  PyErr_Clear();  // without a stderr there is nobody to tell
  for (const int signal : crashes) {
    struct sigaction action {};
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    ::sigaction(signal, &action, &earlier[static_cast<std::size_t>(signal)]);
  }
}

}  // namespace polyhost::boundary
