"""The table after a normal end."""

# expect switches: --report
# expect args: --report one
# expect: \['--report', 'one'\]
# expect stderr: polyhost report: .*report_after_end\.py, wall .*
# expect stderr: function +direction +calls +errors +Python side +native side +crossing +per call +share +p50 +p99 +split
# expect stderr: threads_native\.add +inbound +3 +0 .*
# expect stderr: cost of measuring: .* per call \(clock .*\); lost: nothing

import sys

import threads_native

print(sys.argv[1:])
for i in range(3):
    threads_native.add(i, i)
