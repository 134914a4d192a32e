// Rings of calls: the newest ones of each thread, in order, and how many were dropped before them.
#include "record/trace.h"

#include <sys/resource.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using polyhost::record::Event;
using polyhost::record::Ring;
using polyhost::record::Trace;

namespace {

constexpr std::uint64_t block =
    4096;  // events that a ring takes memory for at a time, if it may hold as many

// One that can be told from all others.
Event event(std::uint64_t number) {
  return {nullptr, number, number + 1, number + 2, number + 3, number & 0xFFFFU, number & 1U};
}

bool is(const Event& kept, std::uint64_t number) {
  const Event e = event(number);
  return kept.record == e.record && kept.entry == e.entry && kept.converted == e.converted &&
         kept.returned == e.returned && kept.exit == e.exit && kept.gil_wait == e.gil_wait &&
         kept.failed == e.failed;
}

void push(Ring& ring, std::uint64_t from, std::uint64_t until) {
  for (std::uint64_t number = from; number < until; ++number) ring.push(event(number));
}

// The ring holds the newest `kept` of `pushed` events: its size, its ends and its count of the others.
bool holds(const Ring& ring, std::uint64_t kept, std::uint64_t pushed) {
  if (ring.size() != kept || ring.dropped() != pushed - kept) return false;
  return kept == 0 || (is(ring[0], pushed - kept) && is(ring[kept - 1], pushed - 1));
}

// The same, of every event.
bool holds_all(const Ring& ring, std::uint64_t kept, std::uint64_t pushed) {
  if (!holds(ring, kept, pushed)) return false;
  for (std::uint64_t i = 0; i < kept; ++i) {
    if (!is(ring[i], pushed - kept + i)) return false;
  }
  return true;
}

long resident_kib() {
  std::ifstream status("/proc/self/statm");
  long total = 0;
  long resident = 0;
  status >> total >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

// Meanwhile, no memory is to be had from the system.
class NoMemory {
 public:
  NoMemory() {
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit none{1, before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &none);
  }
  ~NoMemory() { ::setrlimit(RLIMIT_AS, &before_); }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a new ring is empty") {
  const Ring ring(10, 77, "worker");
  CHECK(holds(ring, 0, 0));
  CHECK(ring.thread_id() == 77);
  CHECK(ring.thread_name() == "worker");
}

TEST_CASE("the newest calls are kept, exactly as many as there is room for, after any number of them") {
  for (const std::uint64_t capacity : {1U, 2U, 10U, 4095U, 4096U, 4097U, 5000U, 8192U, 10'000U, 1'000'000U}) {
    CAPTURE(capacity);
    Ring ring(capacity, 1, "");
    bool right = true;
    for (std::uint64_t pushed = 1; pushed <= 20'000; ++pushed) {
      ring.push(event(pushed - 1));
      right = right && holds(ring, std::min(capacity, pushed), pushed);
    }
    CHECK(right);
  }
}

TEST_CASE("they are in the order in which they came") {
  for (const std::uint64_t capacity : {1U, 10U, 4096U, 5000U, 1'000'000U}) {
    CAPTURE(capacity);
    Ring ring(capacity, 1, "");
    std::uint64_t pushed = 0;
    for (const std::uint64_t until : {1U, 9U, 10U, 11U, 20U, 21U, 4095U, 4096U, 4097U, 5000U, 8191U, 8192U,
                                      8193U, 9096U, 9097U, 12'288U, 12'289U, 16'385U, 20'000U}) {
      CAPTURE(until);
      push(ring, pushed, until);
      pushed = until;
      CHECK(holds_all(ring, std::min(capacity, pushed), pushed));
    }
  }
}

TEST_CASE("the greatest wait fits beside whether the call has failed") {
  constexpr std::uint64_t longest = (std::uint64_t{1} << 63U) - 1;
  Ring ring(2, 1, "");
  ring.push({nullptr, 1, 2, 3, 4, longest, 0});
  ring.push({nullptr, 1, 2, 3, 4, 0, 1});
  CHECK((ring[0].gil_wait == longest && ring[0].failed == 0));
  CHECK((ring[1].gil_wait == 0 && ring[1].failed == 1));
  CHECK(sizeof(Event) == 48);
}

TEST_CASE("without memory for more, the oldest calls make room") {
  Ring ring(5 * block, 1, "");
  push(ring, 0, 2 * block);
  {
    const NoMemory none;
    push(ring, 2 * block, 2 * block + 1);
  }
  CHECK(holds_all(ring, block + 1, 2 * block + 1));
  {
    const NoMemory none;
    push(ring, 2 * block + 1, 7 * block);
  }
  CHECK(holds_all(ring, 2 * block, 7 * block));
  push(ring, 7 * block, 20 * block);  // there is some again
  CHECK(holds_all(ring, 5 * block, 20 * block));
}

TEST_CASE("without memory from the start, each call that comes is dropped") {
  Ring ring(10, 1, "");
  {
    const NoMemory none;
    push(ring, 0, 3);
  }
  CHECK(ring.size() == 0);
  CHECK(ring.dropped() == 3);
  push(ring, 3, 5);
  CHECK(ring.size() == 2);
  CHECK(ring.dropped() == 3);
}

TEST_CASE("a ring that is closed keeps its calls, and no more memory than these need") {
  for (const std::uint64_t pushed : {0U, 1U, 85U, 86U, 4095U, 4096U, 4097U, 9000U, 20'000U}) {
    CAPTURE(pushed);
    Ring ring(5000, 1, "");
    push(ring, 0, pushed);
    ring.close();
    CHECK(holds_all(ring, std::min<std::uint64_t>(5000, pushed), pushed));
    ring.close();  // does nothing
    CHECK(holds_all(ring, std::min<std::uint64_t>(5000, pushed), pushed));
  }
  Trace trace(1'000'000);
  const long before = resident_kib();
  for (std::int64_t id = 0; id < 1000; ++id) {
    Ring& ring = trace.add_thread(id, "");
    push(ring, 0, 1);
    ring.close();
  }
  CHECK(resident_kib() - before < 20'000);  // else 192'000
}

TEST_CASE("a trace has a ring for each thread, to the end") {
  Trace trace(10);
  CHECK(trace.threads().empty());
  Ring& first = trace.add_thread(1, "one");
  for (int i = 0; i < 1000; ++i) trace.add_thread(2, "two");  // none moves
  push(first, 0, 25);
  push(trace.add_thread(3, "three"), 0, 4);
  CHECK(trace.threads().size() == 1002);
  CHECK(&trace.threads().front() == &first);
  CHECK(holds_all(trace.threads().front(), 10, 25));
  CHECK(trace.threads().back().thread_id() == 3);
  CHECK(trace.threads().back().thread_name() == "three");
  CHECK(trace.events() == 14);
  CHECK(trace.dropped() == 15);
}

TEST_CASE("threads may come at once") {
  Trace trace(10);
  std::vector<std::thread> threads;
  for (std::int64_t id = 0; id < 8; ++id)
    threads.emplace_back([&trace, id] {
      for (std::uint64_t pushed = 0; pushed < 500; ++pushed)
        push(trace.add_thread(id, std::to_string(id)), 0, pushed % 20);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(trace.threads().size() == 4000);
  CHECK(trace.events() == 4000 * 290 / 40);
  CHECK(trace.dropped() == 4000 * 45 / 20);
  for (const Ring& ring : trace.threads()) {
    if (ring.thread_name() != std::to_string(ring.thread_id())) FAIL("a ring of nobody");
  }
}
