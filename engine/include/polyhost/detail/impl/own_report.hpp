// The table that POLYHOST_REPORT=1 prints under plain python3: its layout, in Python, since it is run once
// and at the end. With the columns of the host's (engine/report/table.cpp), but for what is only of other
// timing modes.
#pragma once

namespace polyhost::detail {

// Run with `ledger`, all functions' (detail/ledger_dict.hpp). Writes to the descriptor, so that nothing that
// cannot be written is left behind for Python's own end, and not to a stream that the script has put there.
inline constexpr const char* own_report_script = R"python(
import os, sys

def printable(text):
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

def duration(ns, gap=""):
    unit, whole = "ns", ns == int(ns)
    for larger in "us", "ms", "s":
        if ns >= 999.5:
            ns, unit, whole = ns / 1000, larger, False
    decimals = 0 if whole or ns >= 99.95 else 1 if ns >= 9.995 else 2
    return f"{ns:.{decimals}f}{gap}{unit}"

def share(part, whole):
    percent = 100 * part / whole if whole else 0
    return f"{percent:.{0 if percent >= 99.95 else 1 if percent >= 9.995 else 2}f}%" if whole else "-"

def cells(row):
    counts = [printable(row["name"]), row["direction"], str(row["calls"]), str(row["errors"])]
    if not row["timed"]:
        return counts + ["-"] * 7
    python, native, crossing = row["python_ns"], row["native_ns"], row["crossing_ns"]
    return counts + [
        duration(python), duration(native), duration(crossing), duration(crossing / (row["calls"] - row["lost"])),
        share(crossing, max(python, native)), duration(row["p50_ns"]), duration(row["p99_ns"])]

def report():
    script = printable(str((getattr(sys, "argv", None) or [""])[0])) or "(no script)"
    maker = f'{ledger["host"]} under python3 {sys.version.split()[0]}'
    wall = duration(ledger["wall_ns"], " ")
    rows = sorted(ledger["functions"], key=lambda row: (-row["crossing_ns"], row["name"]))
    if not rows:
        return f"polyhost report: {script} made no crossing in {wall}, by {maker}.\n"
    titles = "function", "direction", "calls", "errors", "Python side", "native side", "crossing", "per call", "share", "p50", "p99"
    table = [titles] + [cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = [f"polyhost report: {script}, wall {wall}, by {maker}", ""]
    for line in table:
        line = [cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        lines.append("  ".join(line).rstrip())
    lost = f'{ledger["lost"]} calls counted but not timed' if ledger["lost"] else "nothing"
    lines += ["", f'clock {ledger["clock_source"]}, resolution {duration(ledger["resolution_ns"], " ")}; lost: {lost}', ""]
    return "\n".join(lines)

def write(stream):
    if stream is None:
        return
    try:
        stream.flush()
        left = report().encode(stream.encoding, "backslashreplace")
        while left:
            left = left[os.write(stream.fileno(), left):]
    except (OSError, ValueError):
        pass  # nobody is there to be told

write(sys.__stderr__)
)python";

}  // namespace polyhost::detail
