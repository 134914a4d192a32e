// The data of the JSON report, put into the page.
#include "report/html.h"

#include "report/json.h"
#include "report/page.h"
#include "report/text.h"

#include <string_view>

namespace polyhost::report {
namespace {

// JSON within a <script>: nothing in it may end the element.
std::string embedded(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string html(const record::Snapshot& snapshot) {
  record::Snapshot shown = snapshot;
  shown.script = printable(shown.script);
  for (record::Function& f : shown.functions) f.name = printable(f.name);
  constexpr std::string_view mark = "@DATA@";
  std::string text(page);
  return text.replace(text.find(mark), mark.size(), embedded(json(shown)));
}

}  // namespace polyhost::report
