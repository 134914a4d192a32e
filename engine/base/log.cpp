// The host's messages through spdlog.
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <string>

namespace polyhost::base {

namespace {

bool debugs() {
  const char* level = std::getenv("POLYHOST_LOG");
  return level != nullptr && std::string_view(level) == "debug";
}

// Never destroyed: messages may come while the process ends.
spdlog::logger& logger() {
  static spdlog::logger& instance = []() -> spdlog::logger& {
    auto* made = new spdlog::logger("polyhost", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%n: %v");
    made->set_level(debugs() ? spdlog::level::debug : spdlog::level::err);
    return *made;
  }();
  return instance;
}

void log(spdlog::level::level_enum level, std::string_view text) noexcept {
  try {
    logger().log(level, spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {  // a message that cannot be written must not end the run
  }
}

}  // namespace

void log_error(std::string_view text) { log(spdlog::level::err, text); }
void log_debug(std::string_view text) {
  // Asked before spdlog is set up: debugging is rare, start-up is not.
  if (debugs()) log(spdlog::level::debug, text);
}

}  // namespace polyhost::base
