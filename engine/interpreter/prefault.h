// Memory that every start writes to, made present before it is needed. Not an allocator.
#pragma once

namespace polyhost::interpreter {

// Makes the program's initialised data present at once. CPython keeps its types, small ints and frozen code
// there and writes to nearly all of it (reference counts), which costs a page fault every 4 KB: a tenth of a
// start. Does nothing where the kernel does not know how (before Linux 5.14).
void prefault_data();

}  // namespace polyhost::interpreter
