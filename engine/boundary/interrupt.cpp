// A C handler in front of Python's own. What it calls is async-signal-safe.
#include "boundary/interrupt.h"

#include "boundary/die_of.h"
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
using Handler = void (*)(int);
using Function = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t);  // METH_FASTCALL
constinit std::atomic<Handler> python_handler{nullptr};  // Python's C handler, once it has been seen
constinit Function python_signal = nullptr;              // _signal.signal
constinit Function python_serve = nullptr;               // _signal.default_int_handler

// The last SIGINT that may still wait: where the main thread was, and when.
constinit std::atomic<std::uint64_t> waiting_at{0};
constinit std::atomic<std::int64_t> waiting_since{0};

// Null if it is none: SIG_DFL, SIG_IGN, or one of another kind.
Handler handler_of(const struct sigaction& action) {
  const bool plain = (action.sa_flags & SA_SIGINFO) == 0;
  return plain && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN ? action.sa_handler : nullptr;
}

// Changes whenever the main thread enters a native function or ends a crossing.
std::uint64_t main_thread_is_at() {
  return __atomic_load_n(&main_thread.load(std::memory_order_relaxed)->nested, __ATOMIC_RELAXED);
}

[[noreturn]] void die() {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&standard_error, 1, 0) == 1)  // a full pipe must not stop us
      [[maybe_unused]]
    const ssize_t written = ::write(STDERR_FILENO, last_words, std::strlen(last_words));
  die_of(SIGINT);
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
  const Handler handler = handler_of(action);
  if (handler == nullptr || handler != python_handler.load(std::memory_order_relaxed)) return;
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

bool is_interrupt(PyObject* number) {
  const long value = PyLong_Check(number) ? PyLong_AsLong(number) : 0;
  return value == SIGINT;
}

// _signal.signal. For SIGINT, it has put Python's C handler in place of ours.
PyObject* set_signal(PyObject* signals, PyObject* const* arguments, Py_ssize_t count) {
  PyObject* result = python_signal(signals, arguments, count);
  if (result != nullptr && count > 0 && is_interrupt(arguments[0])) {
    remember_python_handler();
    stand_in_front(signals);
    PyErr_Clear();
  }
  return result;
}

// _signal.default_int_handler: Python has served a SIGINT, in whatever code the main thread runs.
PyObject* serve_interrupt(PyObject* signals, PyObject* const* arguments, Py_ssize_t count) {
  waiting_at.store(0, std::memory_order_relaxed);
  return python_serve(signals, arguments, count);
}

// Makes Python call `ours` for a function of _signal; the function object stays the same. Null if it is of
// another kind.
Function replace(PyObject* signals, const char* name, Function ours) {
  const object function = object::steal(PyObject_GetAttrString(signals, name));
  if (!function || !PyCFunction_CheckExact(function.get())) return nullptr;
  PyMethodDef& method = *reinterpret_cast<PyCFunctionObject*>(function.get())->m_ml;
  if (method.ml_flags != METH_FASTCALL) return nullptr;
  const auto original = reinterpret_cast<Function>(reinterpret_cast<void*>(method.ml_meth));
  method.ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(ours));
  return original;
}

// The forking thread is the child's main thread.
void after_fork_in_child() { main_thread.store(table().thread(), std::memory_order_relaxed); }

}  // namespace

void prepare_watch(const char* words) {
  main_thread.store(table().thread(), std::memory_order_relaxed);
  last_words = words;
}

void remember_python_handler() {
  struct sigaction action {};
  if (::sigaction(SIGINT, nullptr, &action) != 0) return;
  const Handler handler = handler_of(action);
  if (handler != nullptr && handler != on_interrupt) python_handler.store(handler, std::memory_order_relaxed);
}

void watch_interrupts() {
  static bool watched = false;
  if (std::exchange(watched, true) || main_thread.load(std::memory_order_relaxed) == nullptr) return;
  const object signals = object::steal(PyImport_ImportModule("_signal"));
  if (signals) python_serve = replace(signals.get(), "default_int_handler", serve_interrupt);
  if (python_serve != nullptr) {  // else it cannot be known whether a SIGINT was served
    ::pthread_atfork(nullptr, nullptr, after_fork_in_child);
    python_signal = replace(signals.get(), "signal", set_signal);
    stand_in_front(signals.get());
  }
  PyErr_Clear();  // a Python without the module has no handlers either
}

int interrupt_waits() {
  const std::uint64_t at = main_thread_is_at();
  return (at & POLYHOST_INSIDE) != 0 && at == waiting_at.load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace polyhost::boundary
