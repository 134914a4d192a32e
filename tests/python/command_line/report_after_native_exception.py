"""The table after a C++ exception that nobody caught."""

# expect switches: --report
# expect stderr: OverflowError: overflow_error
# expect stderr: calls_native\.fail +inbound +1 +1 .*
# expect exit: 1

import calls_native

calls_native.fail("overflow_error")
