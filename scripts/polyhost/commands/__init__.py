"""The commands `polyhost new`, `build`, `list` and `stubs`: one module each, run as `python3 -I -m polyhost.commands.NAME`."""

import os
import sys


def run(name, main):
    """Runs a command: errors of the user's are one sentence on stderr and status 1; modules are found in the current
    directory first."""
    sys.path.insert(0, os.getcwd())
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
        sys.exit(status)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (ImportError, SyntaxError, OSError) as error:
        sys.exit(f"polyhost {name}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
