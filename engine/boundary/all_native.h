// Calls from Python into native code that is not polyhost's: C functions and extension types of Python's own
// and of others, as the interpreter tells of them to profilers. Only the Python side of such a call is known.
#pragma once

namespace polyhost::boundary {

// From now on, in this thread and in those that the module threading starts; from CPython 3.12 on, in all.
// Needs the GIL. False with an exception set.
//
// CPython 3.11 tells of functions and methods through PyEval_SetProfile, which it forgets when the script
// sets a profiler of its own; later ones tell of types, too, through sys.monitoring, of which this takes a
// tool of its own. Without a GIL it is a RuntimeError.
bool time_all_native();

}  // namespace polyhost::boundary
