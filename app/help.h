// What polyhost says of itself.
#pragma once

namespace polyhost::app {

// The text of `polyhost help`.
extern const char* const help_text;

// Python ends the process after its own help text; polyhost's then follows.
void print_help_after_python();

}  // namespace polyhost::app
