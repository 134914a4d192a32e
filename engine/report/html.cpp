// The data of the JSON report, put into the page.
#include "report/html.h"

#include "report/json.h"
#include "report/page.h"
#include "report/text.h"

#include <string_view>
#include <vector>

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

std::string html(const record::Snapshot& snapshot, const std::string& timeline) {
  record::Snapshot shown = snapshot;
  shown.script = printable(shown.script);
  const auto rename = [](std::vector<record::Function>& functions) {
    for (record::Function& f : functions) {
      f.name = printable(f.name);
      for (record::CallSite& site : f.sites) {
        site.file = printable(site.file);
        site.function = printable(site.function);
      }
    }
  };
  rename(shown.functions);
  for (record::Process& process : shown.processes) process.script = printable(process.script);
  for (record::Region& region : shown.regions) {
    region.name = printable(region.name);
    rename(region.functions);
  }
  std::string text(page);
  const auto put = [&](std::string_view mark, std::string_view json) {
    text.replace(text.find(mark), mark.size(), embedded(json));
  };
  put("@TIMELINE@", timeline.empty() ? "null" : timeline);  // it comes after the data
  put("@DATA@", json(shown));
  return text;
}

}  // namespace polyhost::report
