// The handler only wakes a thread, which does what no handler may.
#include "boundary/termination.h"

#include "boundary/calibrate.h"
#include "boundary/die_of.h"
#include "boundary/threads.h"

#include <Python.h>
#include <polyhost/detail/gil.hpp>
#include <polyhost/interrupt.hpp>
#include <polyhost/object.hpp>

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <exception>
#include <mutex>

namespace polyhost::boundary {

namespace {

// With native functions that keep the GIL: until it is had, and while Python code runs for the report.
constexpr std::chrono::seconds patience{2};
constexpr std::chrono::seconds patience_with_python{5};
// Who ends a process often signals it twice: as itself, and as one of its group.
constexpr std::int64_t one_end_ns = 500'000'000;

struct Watch {
  void (*write_reports)() = nullptr;
  sem_t woken{};
  pid_t process = 0;
  std::mutex mutex;
  std::condition_variable changed;
  bool has_gil = false;
  bool is_writing = false;
  bool gave_up = false;  // the reports are made without it
  pthread_t thread{};
  bool started = false;
  std::atomic<bool> stopping{false};  // for a fork
  std::mutex forking;
};

constinit Watch* watch = nullptr;
constinit std::atomic<int> received{0};
constinit std::atomic<std::int64_t> received_at{0};

void on_termination(int signal) {
  const int error = errno;
  const std::int64_t now = detail::clock_ns(CLOCK_MONOTONIC);
  if (::getpid() != watch->process) die_of(signal);
  std::int64_t first = 0;
  if (received_at.compare_exchange_strong(first, now)) {
    received.store(signal);
    ::sem_post(&watch->woken);
  } else if (now - first > one_end_ns) {
    die_of(signal);
  }
  errno = error;
}

// One step of the thread that has the GIL.
void reach(bool& step) {
  std::unique_lock<std::mutex> lock(watch->mutex);
  while (watch->gave_up) {  // with the GIL, so that nothing is counted any more
    lock.unlock();
    pause();
    lock.lock();
  }
  step = true;
  watch->changed.notify_one();
}

// With the GIL nobody counts while the reports are written. Before that calibrate() runs Python code, so that
// another thread may get the GIL, and keep it.
void* report_with_gil(void*) {
  if (detail::out_of_reach()) return nullptr;  // the reports are being made
  const detail::gil_guard gil;
  reach(watch->has_gil);
  try {
    expect_thread();  // this one
    several_threads();
    calibrate();
  } catch (const std::exception&) {  // the report says less
  }
  reach(watch->is_writing);
  watch->write_reports();
  die_of(received.load());
}

void* wait_for_signal(void*) {
  while (::sem_wait(&watch->woken) != 0) {  // interrupted
  }
  if (watch->stopping.load()) return nullptr;
  pthread_t helper{};
  const bool helped = ::pthread_create(&helper, nullptr, report_with_gil, nullptr) == 0;
  {
    std::unique_lock<std::mutex> lock(watch->mutex);
    if (helped && watch->changed.wait_for(lock, patience, [] { return watch->has_gil; }) &&
        watch->changed.wait_for(lock, patience_with_python, [] { return watch->is_writing; })) {
      lock.unlock();
      ::pthread_join(helper, nullptr);  // it ends the process
    } else {
      watch->gave_up = true;
    }
  }
  watch->write_reports();
  die_of(received.load());
}

// Like every thread that it makes, it leaves signals to the others.
void start_thread() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  watch->started = ::pthread_create(&watch->thread, nullptr, wait_for_signal, nullptr) == 0;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// A fork finds the process as the script has made it, without this thread.
void before_fork() {
  watch->forking.lock();
  if (::getpid() != watch->process || !watch->started) return;
  watch->stopping.store(true);
  ::sem_post(&watch->woken);
  ::pthread_join(watch->thread, nullptr);
  watch->stopping.store(false);
}
void after_fork_in_parent() {
  if (::getpid() == watch->process && watch->started) start_thread();
  watch->forking.unlock();
}
void after_fork_in_child() { watch->forking.unlock(); }

}  // namespace

void report_at_termination(void (*write_reports)()) {
  if (watch != nullptr) return;
  watch = new Watch;  // the handler and the thread never let go of it
  watch->write_reports = write_reports;
  watch->process = ::getpid();
  ::sem_init(&watch->woken, 0, 0);
  start_thread();
  if (!watch->started) return;  // it ends without a report, as without this
  ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  for (const int signal : {SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = on_termination;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace polyhost::boundary
