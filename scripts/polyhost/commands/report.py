"""polyhost report: reports that --report=json:FILE has saved, shown and compared."""

import argparse
import os
import sys

import _polyhost

from polyhost import commands

DIFF = """\
BEFORE and AFTER are reports saved by --report=json:FILE, or directories of several of the same script (*.json), whose medians
are compared; with four or more on each side, a change is what a rank test finds.
"""


def main(arguments):
    parser = argparse.ArgumentParser(prog="polyhost report", description="Shows and compares reports that --report=json:FILE has saved.")
    actions = parser.add_subparsers(required=True, metavar="show|diff")
    show = actions.add_parser("show", help="one report in another form", description="Shows a saved report.")
    show.add_argument("file", metavar="FILE")
    show.add_argument("--format", default="table", help="table (as without it), json or html")
    show.add_argument("--sort", default="crossing", help="the order of the table's rows, as for polyhost --sort")
    show.set_defaults(run=lambda options: _polyhost.show(read(options.file), options.format, options.sort))
    diff = actions.add_parser("diff", help="what has become slower or faster", description=DIFF)
    diff.add_argument("before", metavar="BEFORE")
    diff.add_argument("after", metavar="AFTER")
    diff.set_defaults(run=lambda options: _polyhost.diff(read_all(options.before), read_all(options.after)))
    options = parser.parse_args(arguments)
    try:
        sys.stdout.write(options.run(options))
    except ValueError as error:
        sys.exit(f"polyhost report: {error}")


def read(path):
    """The text of a saved report; ends the command if it is none."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        _polyhost.show(text, "json", "crossing")
    except ValueError as error:
        sys.exit(f"polyhost report: {path} cannot be read: {error}")
    return text


def read_all(path):
    if not os.path.isdir(path):
        return [read(path)]
    names = sorted(name for name in os.listdir(path) if name.endswith(".json") and os.path.isfile(os.path.join(path, name)))
    if not names:
        sys.exit(f"polyhost report: {path} has no .json in it: save reports there by --report=json:{os.path.join(path, '1.json')}")
    return [read(os.path.join(path, name)) for name in names]


if __name__ == "__main__":
    commands.run("report", main)
