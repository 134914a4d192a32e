// The second Ctrl-C: ends the process if the main thread is stuck in a native function.
// The first one is Python's, and polyhost/interrupt.hpp's.
#pragma once

namespace polyhost::boundary {

// Notes that the calling thread is Python's main thread, and what to say on stderr before a forced end.
// `last_words` must live on.
void prepare_watch(const char* last_words);

// Takes the C handler that SIGINT has now for Python's: to be called when Python is initialised, before the
// script can have set another one.
void remember_python_handler();

// From here on SIGINT is watched, whenever Python's own handler (signal.default_int_handler) is in force: if
// it comes again while the main thread is still inside the native function in which it came the last time,
// and Python has not served that one, the process dies of it. A script that sets a handler of its own is left
// alone with it, and nothing shows in signal.getsignal. Needs the GIL; once is enough.
void watch_interrupts();

// polyhost_table.interrupt_waits
int interrupt_waits();

}  // namespace polyhost::boundary
