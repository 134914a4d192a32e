// What would have made the run faster, by numbers that were measured in it.
#pragma once

#include "record/snapshot.h"

#include <cstdint>
#include <string>
#include <vector>

namespace polyhost::report {

enum class Rule : std::uint8_t {
  chatty,             // many short calls that cost more than they do
  python_is_as_fast,  // a body of less work than one operation of Python
  copied_container,   // numbers copied out of lists, where a buffer would be read in place
  text_conversion,    // str from or to UTF-8
  holds_gil,          // long bodies that keep other threads waiting
  callback_per_item,  // Python called back for every item
};

// "chatty", as the JSON report names it.
std::string_view text(Rule rule);

struct Advice {
  Rule rule;
  std::string function;    // qualified
  std::string text;        // one or two sentences
  std::uint64_t saves_ns;  // at most so much of the run's time
};

// The dearest first. Nothing of what took less than a hundredth of the wall time.
std::vector<Advice> advise(const record::Snapshot& snapshot);

}  // namespace polyhost::report
