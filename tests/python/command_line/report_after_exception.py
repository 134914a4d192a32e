"""The table after an exception, below its traceback."""

# expect switches: --report
# expect: before
# expect stderr: ValueError: as intended
# expect stderr: threads_native\.add +inbound +1 +0 .*
# expect exit: 1

import threads_native

print("before")
threads_native.add(1, 2)
raise ValueError("as intended")
