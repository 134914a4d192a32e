// Small work and long work, with and without the GIL.
#include <polyhost/native.hpp>

#include <chrono>
#include <thread>

namespace {

std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
void rest(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }
// Keeps a core busy.
std::uint64_t spin(double seconds) {
  std::uint64_t turns = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) ++turns;
  return turns;
}

}  // namespace

POLYHOST_MODULE(threads_native, m) {
  m.def<add>("add(a, b)");
  m.def<add>("add_without_gil(a, b)", nullptr, polyhost::release_gil);
  m.def<rest>("rest(seconds)");
  m.def<rest>("rest_without_gil(seconds)", nullptr, polyhost::release_gil);
  m.def<spin>("spin(seconds)");
  m.def<spin>("spin_without_gil(seconds)", nullptr, polyhost::release_gil);
}
