"""Without the switch there is no output but the script's."""

# expect: 3

import subprocess
import sys

import threads_native

if len(sys.argv) == 1:
    done = subprocess.run([sys.executable, __file__, "child"], capture_output=True, text=True)
    assert done.stderr == "", done.stderr
    print(done.stdout, end="")
else:
    print(threads_native.add(1, 2))
