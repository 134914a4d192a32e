// Native code that runs until it is told to end, in every way it can ask; and code that does not ask.
#include <polyhost/native.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// For who sends the signals: the body runs.
void say_inside() { [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, "inside\n", 7); }

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// True if it was told to end before the time was over.
bool keep_asking(double seconds) {
  for (const auto end = after(seconds); Clock::now() < end;) {
    if (polyhost::interrupted()) return true;
  }
  return false;
}
bool ask(double seconds) {
  say_inside();
  return keep_asking(seconds);
}
void ask_and_throw(double seconds) {
  if (ask(seconds)) throw std::runtime_error("stopped");
}
// What the loop has taken along has to be let go.
void check(double seconds) {
  const std::vector<double> taken(1000);
  say_inside();
  for (const auto end = after(seconds); Clock::now() < end;) polyhost::check_interrupt();
}
// As a loop over jobs does, of which the interrupt cancels one.
void check_and_go_on(double seconds, std::int64_t times) {
  for (std::int64_t i = 0; i < times; ++i) {
    try {
      check(seconds);
    } catch (const polyhost::python_error&) {
    }
  }
}
void check_with_full_queue(double seconds) {
  while (Py_AddPendingCall([](void*) { return 0; }, nullptr) == 0) {
  }
  check(seconds);
}

// Threads of its own ask; the thread that was called only waits for them, or asks too. How many were told.
std::int64_t ask_on_threads(std::int64_t count, double seconds, bool main_too) {
  std::atomic<std::int64_t> told{0};
  std::vector<std::thread> threads;
  for (std::int64_t i = 0; i < count; ++i) threads.emplace_back([&] { told += keep_asking(seconds); });
  say_inside();
  if (main_too) keep_asking(seconds);
  for (std::thread& thread : threads) thread.join();
  return told;
}

// These do not ask.
void rest(double seconds) {
  say_inside();
  std::this_thread::sleep_until(after(seconds));
}
void compute(double seconds) {
  say_inside();
  const auto end = after(seconds);
  while (Clock::now() < end) {
  }
}
void call(const polyhost::callback<void()>& f) { f(); }

// These do not come back.
void write_to_nowhere() {
  volatile int* nowhere = nullptr;
  asm("" : "+r"(nowhere));
  *nowhere = 1;
}
void abort_() {
  void (*volatile end)() =
      std::abort;  // a compiler that knew it would keep nothing of the function that called
  end();
}
std::int64_t divide(std::int64_t a, std::int64_t b) {
  asm volatile("" : "+r"(b) : : "memory");  // else it may divide before the call is noted
  return a / b;
}
void call_by_c_api(const polyhost::object& f) {
  if (!polyhost::object::steal(PyObject_CallNoArgs(f.get()))) throw polyhost::python_error();
}

}  // namespace

POLYHOST_MODULE(interrupts_native, m) {
  m.def<ask>("ask(seconds)");
  m.def<ask>("ask_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<ask_and_throw>("ask_and_throw(seconds)");
  m.def<ask_and_throw>("ask_and_throw_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<check>("check(seconds)");
  m.def<check>("check_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<check_and_go_on>("check_and_go_on(seconds, times=1)");
  m.def<check_with_full_queue>("check_with_full_queue(seconds)", nullptr, polyhost::release_gil);
  m.def<ask_on_threads>("ask_on_threads(count, seconds, main_too)", nullptr, polyhost::release_gil);
  m.def<rest>("rest(seconds)");
  m.def<rest>("rest_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<compute>("compute(seconds)");
  m.def<compute>("compute_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<call>("call(f)");
  m.def<call_by_c_api>("call_by_c_api(f)");
  m.def<write_to_nowhere>("write_to_nowhere()");
  m.def<abort_>("abort()");
  m.def<divide>("divide(a, b)");
}
