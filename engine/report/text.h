// Pieces of a report's text: names that cannot disturb a terminal, scaled numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyhost::report {

// The text with controls, invisible characters and bytes that are not UTF-8 as escapes: \x1b, \u200b.
std::string printable(std::string_view text);

// The width of printable text, in code points.
std::size_t width(std::string_view text);

// Three significant digits and the unit that fits: "1.23ms". "unknown" for what is no duration.
std::string duration(double ns, std::string_view before_unit);

// With so many decimals, and a point whatever the locale is.
std::string fixed(double value, int decimals);

// "12.3%"; "-" of nothing.
std::string share(std::uint64_t part, std::uint64_t whole);

}  // namespace polyhost::report
