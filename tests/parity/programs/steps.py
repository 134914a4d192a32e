"""What the programs beside this file are made of: command lines, one after the other, each with a name."""

import os
import shutil


class Steps:
    """Runs command lines by one host; `parts` holds what each printed and its status."""

    def __init__(self, host):
        self.host = host
        self.parts = {}

    def run(self, name, *command, stdin=b"", **environment):
        process = self.host.popen(*command, stdin=-1, env=self.host.environment | environment)
        for part, text in self.host.finish(process, stdin).items():
            self.parts[f"{name} {part}"] = text

    def python(self, name, *arguments, **rest):
        """The same with the interpreter."""
        self.run(name, self.host.python, *arguments, **rest)

    def note(self, name, text):
        self.parts[name] = text


def write(host, name, text):
    """A file in the program's directory."""
    path = host.work / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def copy_library(host, *names):
    """Real source code: packages and modules of the standard library, in a folder `tree`."""
    for name in names:
        source = os.path.join(os.path.dirname(os.__file__), name)
        if os.path.isdir(source):
            shutil.copytree(source, host.work / "tree" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (host.work / "tree").mkdir(exist_ok=True)
            shutil.copy(source, host.work / "tree")
