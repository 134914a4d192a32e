// Other bodies for native functions that scripts hold.
#pragma once

#include <polyhost/object.hpp>

namespace polyhost::boundary {

// `pairs` is a list of tuples. (held, to), both builtin functions of native modules: from now on `held`,
// wherever it is referred to, does what `to` did. (held, text): from now on a call of `held` is a TypeError
// with that text. All of them or, with a TypeError, none. Returns a list of what the held ones were, which
// must be kept for as long as calls of those may run. Needs the GIL, which is held throughout. Throws
// python_error.
object redirect_functions(PyObject* pairs);

}  // namespace polyhost::boundary
