// Whether more than one thread has run Python in this process.
#pragma once

namespace polyhost::boundary {

// True once another thread than the main one has had a thread state of Python's; times of crossings then add
// up beside each other. Without the GIL it is what the last call found.
bool several_threads();

// Says that another thread will be made that does not count: polyhost's own.
void expect_thread();

}  // namespace polyhost::boundary
