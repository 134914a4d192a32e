// A loop cut into parts that run at the same time.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <vector>

namespace polyhost::detail {

// The cores that this process may use.
inline std::size_t available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&set), 1));
}

// Less than this is not worth a thread.
inline constexpr std::size_t least_part = 4096;

// Calls body(begin, end) for parts of [0, count), on this thread and up to threads - 1 others, which are gone
// when it returns. If parts throw, the first one's exception is thrown then. A thread that cannot be started
// is done without.
template <class Body>
void run_on_threads(std::size_t count, std::size_t threads, Body body) {
  struct part {
    Body* body;
    std::size_t begin;
    std::size_t end;
    std::exception_ptr error;
    pthread_t thread;
    bool started;
    void run() noexcept {
      try {
        (*body)(begin, end);
      } catch (...) {
        error = std::current_exception();
      }
    }
  };
  threads = std::clamp<std::size_t>(count / least_part, 1, threads);
  if (threads == 1) return body(std::size_t{0}, count);
  std::vector<part> parts(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    part& p = parts[i];
    p = {&body, count * i / threads, count * (i + 1) / threads, nullptr, {}, false};
    constexpr auto enter = [](void* of) -> void* {
      static_cast<part*>(of)->run();
      return nullptr;
    };
    p.started = i > 0 && pthread_create(&p.thread, nullptr, enter, &p) == 0;
  }
  for (part& p : parts) {
    if (!p.started) p.run();
  }
  for (part& p : parts) {
    if (p.started) pthread_join(p.thread, nullptr);
  }
  for (part& p : parts) {
    if (p.error) std::rethrow_exception(p.error);
  }
}

}  // namespace polyhost::detail
