// Claiming a file or stderr, and writing to it at the end.
#include "report/output.h"

#include "base/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace polyhost::report {
namespace {

std::string absolute(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  char* directory = ::getcwd(nullptr, 0);
  std::string full = directory != nullptr ? std::string(directory) + "/" + path : path;
  std::free(directory);
  return full;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// stdout or stderr, if that is what the file is; or -1.
int standard_stream(const struct stat& file) {
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat standard {};
    if (::fstat(stream, &standard) == 0 && same_file(file, standard)) return stream;
  }
  return -1;
}

// Moves a descriptor out of the script's way.
int lift(int descriptor) {
  const int lifted = base::duplicate_out_of_the_way(descriptor);
  if (lifted < 0) return descriptor;
  ::close(descriptor);
  return lifted;
}

// 0, or the errno.
int write_all(int descriptor, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

bool terminal_takes_colours() {
  const char* refused = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return (refused == nullptr || *refused == '\0') && (kind == nullptr || std::strcmp(kind, "dumb") != 0);
}

Output::Output(const std::string& path) : path_(absolute(path)) {
  if (path_.empty()) {
    claim(base::duplicate_out_of_the_way(STDERR_FILENO));
  } else {
    reopen();
  }
}

Output::Output(Output&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      error_(other.error_),
      truncate_(other.truncate_),
      device_(other.device_),
      inode_(other.inode_) {}

Output::~Output() {
  if (is_ours(descriptor_)) ::close(descriptor_);
}

void Output::claim(int descriptor) {
  struct stat file {};
  error_ = descriptor < 0 || ::fstat(descriptor, &file) != 0 ? errno : 0;
  descriptor_ = descriptor;
  device_ = file.st_dev;
  inode_ = file.st_ino;
  truncate_ = !path_.empty() && S_ISREG(file.st_mode);
}

bool Output::is_ours(int descriptor) const {
  struct stat file {};
  return descriptor >= 0 && ::fstat(descriptor, &file) == 0 && file.st_dev == device_ &&
         file.st_ino == inode_;
}

// Opens the file by its path; 0, or the errno.
int Output::reopen() {
  const int opened = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  claim(opened < 0 ? opened : lift(opened));
  if (error_ != 0) return error_;
  struct stat file {};
  ::fstat(descriptor_, &file);
  if (const int stream = standard_stream(file); stream >= 0) {
    ::close(descriptor_);
    claim(base::duplicate_out_of_the_way(stream));
    truncate_ = false;
  }
  return error_;
}

std::optional<std::size_t> Output::terminal_columns() const {
  const int descriptor = path_.empty() && !is_ours(descriptor_) ? STDERR_FILENO : descriptor_;
  if (!is_ours(descriptor) || ::isatty(descriptor) == 0) return std::nullopt;
  struct winsize size {};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;  // it does not say
  return size.ws_col;
}

int Output::write(std::string_view text) {
  const int failure = begin();
  return failure != 0 ? failure : append(text);
}

int Output::begin() {
  if (path_.empty()) return 0;
  struct stat there {};
  const bool gone = truncate_ && ::stat(path_.c_str(), &there) != 0;
  if (gone || !is_ours(descriptor_)) {
    if (const int failure = reopen(); failure != 0) return failure;
  }
  if (truncate_ && (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) < 0)) return errno;
  return 0;
}

int Output::append(std::string_view text) {
  const int to = path_.empty() && !is_ours(descriptor_) ? STDERR_FILENO : descriptor_;
  return is_ours(to) ? write_all(to, text) : EBADF;
}

}  // namespace polyhost::report
