// A crash: which native function it was in, and, by Python's faulthandler, which line called that.
#pragma once

namespace polyhost::boundary {

// From now on a signal that means a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is told on stderr before
// the process dies of it. `write_reports` is then called in a copy of the process, since this one may be
// damaged: it has ten seconds. Turns faulthandler on, unless the script or an option has. Needs the GIL;
// leaves no exception.
void explain_crashes(void (*write_reports)());

}  // namespace polyhost::boundary
