// A module whose only function gets its signature at import, from the environment variable SIGNATURE.
// The C++ function takes an int and a str. With SIGNATURES=n there are n functions f0(), f1(), ... besides.
#include <polyhost/native.hpp>

#include <cstdlib>

namespace {

std::string repeat(std::int64_t times, const std::string& text) {
  std::string out;
  for (std::int64_t i = 0; i < times; ++i) out += text;
  return out;
}
std::int64_t twice(std::int64_t x) { return 2 * x; }

}  // namespace

POLYHOST_MODULE(signature_native, m) {
  if (const char* text = std::getenv("SIGNATURE")) m.def<repeat>(text);
  const char* const count = std::getenv("SIGNATURES");
  for (long i = 0; count != nullptr && i < std::atol(count); ++i) {
    m.def<twice>(("f" + std::to_string(i) + "(x, /)").c_str(), "Twice x.");
  }
}
