// The HTML report's text. What it does in a browser is tested by tests/browser.
#include "report/html.h"

#include "report/json.h"
#include "report/read_json.h"
#include "snapshots.h"

#include <doctest/doctest.h>

#include <string_view>

using polyhost::record::Snapshot;
using polyhost::report::html;
using polyhost::test::run;

namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string data_of(const std::string& page) {
  constexpr std::string_view begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("</script>", from) - from);
}

}  // namespace

TEST_CASE("the page holds the whole report") {
  Snapshot snapshot = run("a.py", {{.name = "m.f", .calls = 3, .histogram = {{0, 64, 1}, {64, 72, 2}}}});
  snapshot.regions = {{"parse", 2, 50, {{.name = "m.f", .calls = 1}}}, {"idle", 1, 5, {}}};
  const std::string page = html(snapshot);
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(polyhost::report::json(polyhost::report::read_json(data_of(page))) ==
        polyhost::report::json(snapshot));
  CHECK(count(page, "@DATA@") == 0);
  CHECK(count(page, "@STYLE@") == 0);
  CHECK(count(page, "@SCRIPT@") == 0);
}

TEST_CASE("the page loads nothing") {
  const std::string page = html(run("a.py", {}));
  CHECK(count(page, "default-src 'none'") == 1);
  for (const char* way : {"src=", "href=\"http", "@import", "fetch(", "XMLHttpRequest", "url("})
    CHECK(count(page, way) == 0);
}

TEST_CASE("no name ends the data, and none disturbs a reader") {
  const std::string plain = html(run("a.py", {{.name = "m.f", .calls = 1}}));
  const std::string page =
      html(run("</script>\x1b\xff", {{.name = "m.</script><!--<script>\u202e", .calls = 1}}));
  CHECK(count(page, "</script>") == count(plain, "</script>"));
  CHECK(count(page, "<!--") == count(plain, "<!--"));
  const Snapshot read = polyhost::report::read_json(data_of(page));
  CHECK(read.script == "</script>\\x1b\\xff");
  CHECK(read.functions[0].name == "m.</script><!--<script>\\u202e");
}
