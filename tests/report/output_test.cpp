// Reports reach their file or stderr, whatever became of the descriptors meanwhile.
#include "report/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using polyhost::report::Output;

namespace {

// A directory of its own for a test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "polyhost-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a file is replaced, also by a shorter text") {
  const Folder folder;
  std::ofstream(folder.file("r")) << "something longer than the report";
  Output output(folder.file("r"));
  CHECK(output.open_error() == 0);
  CHECK(output.write("report") == 0);
  CHECK(contents(folder.file("r")) == "report");
  CHECK(output.write("again") == 0);
  CHECK(contents(folder.file("r")) == "again");
}

TEST_CASE("a file that cannot be opened says why") {
  const Folder folder;
  CHECK(Output(folder.file("missing/r")).open_error() == ENOENT);
  CHECK(Output(folder.file("")).open_error() == EISDIR);
}

TEST_CASE("a full device says so at the end") {
  Output output("/dev/full");
  CHECK(output.open_error() == 0);
  CHECK(output.write("report") == ENOSPC);
}

TEST_CASE("a file that was removed meanwhile is made again") {
  const Folder folder;
  Output output(folder.file("r"));
  std::filesystem::remove(folder.file("r"));
  CHECK(output.write("report") == 0);
  CHECK(contents(folder.file("r")) == "report");
}

TEST_CASE("descriptors that were closed and used again are not written to") {
  const Folder folder;
  Output output(folder.file("r"));
  ::closefrom(64);
  const int other = ::open(folder.file("script's").c_str(), O_WRONLY | O_CREAT, 0600);
  REQUIRE(::dup2(other, 64) == 64);
  CHECK(output.write("report") == 0);
  CHECK(contents(folder.file("r")) == "report");
  CHECK(contents(folder.file("script's")).empty());
  ::close(other);
  ::close(64);
}

TEST_CASE("a FIFO's reader gets the report") {
  const Folder folder;
  REQUIRE(::mkfifo(folder.file("f").c_str(), 0600) == 0);
  std::string read;
  std::thread reader([&] { read = contents(folder.file("f")); });
  {
    Output output(folder.file("f"));
    CHECK(output.write("report") == 0);
  }
  reader.join();
  CHECK(read == "report");
}

TEST_CASE("stdout by another name is written to, not truncated") {
  const Folder folder;
  const int saved = ::dup(STDOUT_FILENO);
  const int file = ::open(folder.file("out").c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(file, STDOUT_FILENO);
  CHECK(::write(STDOUT_FILENO, "script\n", 7) == 7);
  Output output(folder.file("out"));
  CHECK(output.write("report\n") == 0);
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(file);
  CHECK(contents(folder.file("out")) == "script\nreport\n");
}
