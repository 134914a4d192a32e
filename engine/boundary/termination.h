// SIGTERM and SIGHUP, where a report is asked for: it is made before the process ends by the signal. One that
// comes half a second later ends the process at once. Not Ctrl-C (interrupt.h), which Python handles.
#pragma once

namespace polyhost::boundary {

// From now on, unless the script sets handlers of its own. `write_reports` is called once, on a thread of its
// own: with the GIL, or without it if a native function keeps it for two seconds. A forked child ends as
// ever. Does nothing the second time, and for a signal that is ignored. Needs the GIL.
void report_at_termination(void (*write_reports)());

}  // namespace polyhost::boundary
