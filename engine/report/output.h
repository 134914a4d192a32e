// Where a report goes when the run has ended: stderr or a file, claimed when the run begins. What the script
// does to the process's descriptors meanwhile (closing them all, say) must neither lose the report nor put it
// into a file of the script's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace polyhost::report {

// False if the environment says that a terminal is not to be sent colours: NO_COLOR, or TERM=dumb.
bool terminal_takes_colours();

class Output {
 public:
  // `path`: a file, or empty for stderr. Opens it; a file that is stdout or stderr is not truncated.
  // A FIFO waits for its reader. On failure, open_error() says why.
  explicit Output(const std::string& path);
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  // 0, or the errno of the failure to open.
  [[nodiscard]] int open_error() const { return error_; }
  [[nodiscard]] const std::string& path() const { return path_; }  // absolute; empty: stderr

  // The width of the terminal that it goes to; nothing if that is none.
  [[nodiscard]] std::optional<std::size_t> terminal_columns() const;

  // Writes the whole text, in place of what a file held before. Waits for a slow reader. 0, or the errno.
  int write(std::string_view text);

  // The same piece by piece: begin(), then append() as often as needed.
  int begin();
  int append(std::string_view text);

 private:
  void claim(int descriptor);
  [[nodiscard]] bool is_ours(int descriptor) const;
  int reopen();

  std::string path_;
  int descriptor_ = -1;
  int error_ = 0;
  bool truncate_ = false;  // a regular file of its own
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace polyhost::report
