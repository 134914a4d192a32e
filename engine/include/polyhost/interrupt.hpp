// Ctrl-C, and other signals that the script handles, in native code that runs for long.
// Not the way to handle a signal in C++: Python's handlers stay the only ones.
#pragma once

#include <Python.h>

namespace polyhost {

// True if the native function that runs should end now, because a signal handler of the script has raised:
// KeyboardInterrupt after Ctrl-C, unless the script handles SIGINT in another way. Whatever the function
// returns or throws then, the Python code that called it sees the handler's exception; behind a caller in C,
// as map, the next Python code does. As in time.sleep, a handler that does not raise has run and the function
// goes on; an ignored signal is not seen.
//
// To be asked as often as you like, with or without the GIL: it reads a coarse clock (some 10 ns), and looks
// for signals every 10 ms; while other threads keep the GIL busy it looks less often, down to once a second,
// so as to spend no more than a twentieth of the time waiting. A look takes the GIL, if need be, and runs
// Python's handlers.
//
// By thread:
// - main thread: as above, under polyhost and under plain python3.
// - a thread of the function's own (std::thread): true once the function in the main thread was told so;
//   under polyhost also if that does not ask: from Ctrl-C until it ends, unless the script handles SIGINT.
//   Never runs Python code.
// - any other thread of Python's: false, as Python handles signals in its main thread only.
bool interrupted() noexcept;

// The same as an exception: throws a python_error that carries what the handler raised, to be let out of the
// function. Outside the main thread it does nothing. Takes the GIL if need be.
void check_interrupt();

namespace detail {

// If a handler has raised in this call, its exception takes the place of the current one, which becomes its
// context. Needs the GIL.
void prefer_interruption();

}  // namespace detail

}  // namespace polyhost

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/interrupt.hpp>
#endif
