"""A script that crosses no border is told so."""

# expect switches: --report
# expect stderr: polyhost report: .*report_without_crossings\.py made no crossing in .*

pass
