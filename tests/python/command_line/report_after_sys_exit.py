"""The table after sys.exit(), also out of a callback."""

# expect switches: --report
# expect stderr: callbacks_native\.call +inbound +1 +1 .*
# expect stderr: callbacks_native\.call\(f\) +outbound +1 +1 .*
# expect exit: 3

import sys

import callbacks_native

callbacks_native.call(lambda x: sys.exit(3), 1.0)
