// A C handler in front of Python's own. What it calls is async-signal-safe.
#include "boundary/interrupt.h"

#include "boundary/table.h"

#include <Python.h>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <utility>

namespace polyhost::boundary {

namespace {

// A process that forwards its SIGINT to a child that had it from the terminal, too, does so within this time.
constexpr std::int64_t one_key_press_ns = 50'000'000;

constinit std::atomic<polyhost_thread*> main_thread{nullptr};
constinit const char* last_words = "";
constinit std::atomic<void (*)(int)> python_handler{nullptr};
constinit PyCFunction python_signal = nullptr;  // _signal.signal

// The last SIGINT that may still wait: where the main thread was, and when.
constinit std::atomic<std::uint64_t> waiting_at{0};
constinit std::atomic<std::int64_t> waiting_since{0};

// Changes whenever the main thread enters a native function or ends a crossing.
std::uint64_t main_thread_is_at() {
  return __atomic_load_n(&main_thread.load(std::memory_order_relaxed)->nested, __ATOMIC_RELAXED);
}

[[noreturn]] void die() {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&standard_error, 1, 0) == 1)  // a full pipe must not stop us
      [[maybe_unused]]
    const ssize_t written = ::write(STDERR_FILENO, last_words, std::strlen(last_words));
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(SIGINT, &by_default, nullptr);
  ::raise(SIGINT);
  sigset_t interrupt;
  ::sigemptyset(&interrupt);
  ::sigaddset(&interrupt, SIGINT);
  ::pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);
  ::_exit(128 + SIGINT);  // not reached
}

void on_interrupt(int signal) {
  const int error = errno;
  const std::uint64_t at = main_thread_is_at();
  const std::int64_t now = detail::clock_ns(CLOCK_MONOTONIC);
  if ((at & POLYHOST_INSIDE) == 0 || at != waiting_at.load(std::memory_order_relaxed)) {
    waiting_at.store(at, std::memory_order_relaxed);
    waiting_since.store(now, std::memory_order_relaxed);
  } else if (now - waiting_since.load(std::memory_order_relaxed) >= one_key_press_ns) {
    die();
  }
  errno = error;
  python_handler.load(std::memory_order_relaxed)(signal);
}

// True if SIGINT raises KeyboardInterrupt, as it does unless the script has changed it.
bool left_to_python(PyObject* signals) {
  const object standard = object::steal(PyObject_GetAttrString(signals, "default_int_handler"));
  const object current = object::steal(PyObject_CallMethod(signals, "getsignal", "i", SIGINT));
  return standard && standard.get() == current.get();
}

// Puts the C handler in front of Python's, if that is in force. No other thread changes handlers meanwhile:
// Python does it with the GIL.
void stand_in_front(PyObject* signals) {
  struct sigaction action {};
  if (!left_to_python(signals) || ::sigaction(SIGINT, nullptr, &action) != 0) return;
  const bool plain = (action.sa_flags & SA_SIGINFO) == 0;
  if (!plain || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN ||
      action.sa_handler == on_interrupt) {
    return;
  }
  python_handler.store(action.sa_handler, std::memory_order_relaxed);
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

// _signal.signal, METH_FASTCALL. It has put Python's C handler in place of ours.
PyObject* set_signal(PyObject* signals, PyObject* const* arguments, Py_ssize_t count) {
  const auto original = reinterpret_cast<_PyCFunctionFast>(reinterpret_cast<void*>(python_signal));
  PyObject* result = original(signals, arguments, count);
  if (result != nullptr) {
    stand_in_front(signals);
    PyErr_Clear();
  }
  return result;
}

// Makes Python call set_signal for _signal.signal; the function object stays the same.
void follow_changes(PyObject* signals) {
  const object function = object::steal(PyObject_GetAttrString(signals, "signal"));
  if (!function || !PyCFunction_CheckExact(function.get())) return;
  PyMethodDef& method = *reinterpret_cast<PyCFunctionObject*>(function.get())->m_ml;
  if (method.ml_flags != METH_FASTCALL) return;
  python_signal = method.ml_meth;
  method.ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(set_signal));
}

// The forking thread is the child's main thread.
void after_fork_in_child() { main_thread.store(table().thread(), std::memory_order_relaxed); }

}  // namespace

void prepare_watch(const char* words) {
  main_thread.store(table().thread(), std::memory_order_relaxed);
  last_words = words;
}

void watch_interrupts() {
  static bool watched = false;
  if (std::exchange(watched, true) || main_thread.load(std::memory_order_relaxed) == nullptr) return;
  const object signals = object::steal(PyImport_ImportModule("_signal"));
  if (signals) {
    ::pthread_atfork(nullptr, nullptr, after_fork_in_child);
    stand_in_front(signals.get());
    follow_changes(signals.get());
  }
  PyErr_Clear();  // a Python without the module has no handlers either
}

int interrupt_waits() {
  const std::uint64_t at = main_thread_is_at();
  return (at & POLYHOST_INSIDE) != 0 && at == waiting_at.load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace polyhost::boundary
