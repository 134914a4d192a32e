"""Runs a script by polyhost and compares what happens with the comments in the script.

    # expect: REGEX            the next line of stdout (blank lines and lines after the last one are free)
    # expect args: WORDS       the script's arguments
    # expect switches: WORDS   polyhost's or python3's switches, before the script
    # expect stderr: REGEX     a line that stderr has; may stand several times
    # expect exit: N           the exit status (default 0); -N for signal N

Usage: run_script.py POLYHOST SCRIPT. Exit status 0 if all is as expected, 1 if not.
"""

import re
import subprocess
import sys


def expectations(script):
    found = {"": [], "args": [], "switches": [], "stderr": [], "exit": []}
    with open(script, encoding="utf-8") as file:
        for line in file:
            match = re.match(r"# expect ?(\w*): (.*)$", line)
            if match:
                found[match[1]].append(match[2])
    return found


def differences(expected, done):
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    for number, pattern in enumerate(expected[""]):
        line = lines[number] if number < len(lines) else "(no more lines)"
        if not re.fullmatch(pattern, line):
            yield f"stdout line {number + 1}: expected {pattern!r}, got {line!r}"
    for pattern in expected["stderr"]:
        if not any(re.fullmatch(pattern, line) for line in done.stderr.splitlines()):
            yield f"stderr: no line is {pattern!r}"
    status = int(expected["exit"][0]) if expected["exit"] else 0
    if done.returncode != status:
        yield f"exit status: expected {status}, got {done.returncode}"


def main(polyhost, script):
    expected = expectations(script)
    words = {key: " ".join(expected[key]).split() for key in ("args", "switches")}
    command = [polyhost, *words["switches"], script, *words["args"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    found = list(differences(expected, done))
    if found or not any(expected.values()):
        print(*found or ["the script expects nothing"], sep="\n")
        print("--- stdout\n" + done.stdout + "--- stderr\n" + done.stderr, end="")
        return 1
    return 0


sys.exit(main(*sys.argv[1:]))
