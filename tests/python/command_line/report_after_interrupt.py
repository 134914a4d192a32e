"""The table after Ctrl-C; the process still dies of SIGINT, as python3 does."""

# expect switches: --report
# expect: before
# expect stderr: KeyboardInterrupt
# expect stderr: threads_native\.add +inbound +1 +0 .*
# expect exit: -2

import os
import signal
import time

import threads_native

threads_native.add(1, 2)
print("before", flush=True)
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10)
