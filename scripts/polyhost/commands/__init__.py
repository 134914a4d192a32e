"""The commands `polyhost new`, `build`, `list`, `report`, `stubs` and `top`: one module each, run as `python3 -I -m polyhost.commands.NAME`."""

import importlib
import importlib.util
import os
import sys
from importlib.machinery import PathFinder


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


def imported(name):
    """The module of that name, or of that .cpp, whatever else has its name."""
    if not name.endswith(".cpp"):
        return importlib.import_module(name)
    from polyhost.toolchain import finder

    sys.path.insert(0, os.path.abspath(os.path.dirname(name)))
    spec = finder.spec(os.path.basename(name).removesuffix(".cpp"), name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def warn_of_others(path, made=None):
    """Says so on stderr if a script beside that .cpp gets something else by its name; made (str): what may be there."""
    name = os.path.basename(path).removesuffix(".cpp")
    directory = os.path.dirname(os.path.abspath(path))
    spec = PathFinder.find_spec(name, [directory])
    other = None
    if name in sys.stdlib_module_names:
        other = "a module of Python's own"
    elif spec and not (made and spec.origin and os.path.abspath(made) == spec.origin):
        other = spec.origin or f"the directory {os.path.join(directory, name)}"
    if other:
        print(f"{path}: `import {name}` does not mean this file but {other}: rename one of them", file=sys.stderr)
