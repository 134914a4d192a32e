// The lines of Python that call native functions: of one call in many, or of all.
#pragma once

#include <polyhost/abi.h>

namespace polyhost::boundary {

// As polyhost_table::look: the line that the calling thread's Python code is at, and the one of the last
// look, share the calls that were made since. Sets when the next look is due. Needs the GIL.
void look_at_caller(polyhost_record* record);

// Before the first use of table(): from now on each call that is timed is looked at.
void count_call_sites_exactly();
bool every_call_site_is_wanted();

// Another timing mode from now on.
void note_timing_for_call_sites(polyhost_timing timing);
// True if each call since the last reset was looked at.
bool call_sites_are_exact();

// The line, for one inbound call. Needs the GIL.
void count_call_site(polyhost_record* record);

// Forgets what it knows of code objects, as the ledger is reset. Needs the GIL.
void forget_call_sites();

}  // namespace polyhost::boundary
