// What timing costs a call, and what the interpreter spends around one, measured on a function of our own.
#pragma once

#include "record/snapshot.h"

namespace polyhost::boundary {

// Takes about two milliseconds, and does nothing where the last time is less than half a second ago. Needs
// the GIL and a Python that is alive. Throws python_error, as on Ctrl-C.
void calibrate();

// The same, for a program whose own functions are linked to this: now, before it has any that may be called
// meanwhile, and then never again.
void calibrate_for_good();

// What was measured, for that timing mode; not a number where calibrate() has not been called.
record::CostInTicks calibrated_cost(polyhost_timing timing);

// Has Python call calibrate() before it ends, since then it is too late. False with an exception set.
bool calibrate_at_exit();

}  // namespace polyhost::boundary
