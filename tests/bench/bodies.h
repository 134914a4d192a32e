// What the bound functions do: next to nothing, so that the call is what is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

inline void noop() {}
inline std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
inline double scale(double x) { return x * 2.0; }
inline std::size_t text_length(std::string_view text) { return text.size(); }
