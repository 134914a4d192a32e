// What polyhost says of itself.
#pragma once

namespace polyhost::app {

// The text of `polyhost help`.
extern const char* const help_text;

}  // namespace polyhost::app
