// Golden files: a whole report against a file of tests/report/golden. POLYHOST_BLESS=1 rewrites the file.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace polyhost::test {

inline bool blessing() {
  const char* bless = std::getenv("POLYHOST_BLESS");
  return bless != nullptr && std::string_view(bless) == "1";
}

inline void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(POLYHOST_GOLDEN_DIR) + "/" + name;
  if (blessing()) {
    std::ofstream file(path, std::ios::binary);
    file << text << std::flush;
    REQUIRE_MESSAGE(file.good(), "cannot write " << path);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "cannot read " << path << "; POLYHOST_BLESS=1 writes it");
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  INFO("golden file ", path, "; POLYHOST_BLESS=1 rewrites it");
  CHECK(text == golden);
}

}  // namespace polyhost::test
