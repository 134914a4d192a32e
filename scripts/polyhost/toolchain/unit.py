"""One module that is to be compiled: its name, its text and what it needs."""

import os

from polyhost.toolchain.errors import CompileError


def is_name(text):
    """True for what a native module may be called: PyInit_NAME is a C name."""
    return text.isidentifier() and text.isascii()


LONGEST = 64 << 20  # bytes of a source file: what is longer is none


class Unit:
    """name (str): what Python calls it; title (str): what messages call it, and where it stands; made_from (str): whatever
    its text depends on; write (function): makes the (text, options), as of source.read_options, when it is to be compiled;
    base (str): the directory that its other sources are named from; warnings (bool): the compiler's are shown; is_file
    (bool): its place in the cache is its title's, whatever made_from is; line (int): where its text stands in the file that
    title names. build.build() leaves in `shift` by how many lines the text has moved since it was compiled."""

    def __init__(self, name, title, made_from, write, base, warnings=False, is_file=False, line=0):
        self.name, self.title, self.made_from, self.write = name, title, made_from, write
        self.base, self.warnings, self.is_file = base, warnings, is_file
        self.line, self.shift = line, 0

    @classmethod
    def of_file(cls, name, path, flags=()):
        """flags (list of str): besides the file's own. CompileError if the file cannot be read, is no UTF-8, or has a name
        that no module can have."""
        path = os.path.abspath(path)
        short = name.rpartition(".")[2]
        if not is_name(short):
            raise CompileError(f"{path} cannot be a module: its name is to have only letters of ASCII, digits and _, so rename it")
        try:
            with open(path, encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_size > LONGEST:
                    raise CompileError(f"{path} is no C++ source: it has more than {LONGEST >> 20} MB")
                text = file.read().removeprefix("\ufeff")  # a mark that some editors leave
        except UnicodeDecodeError as error:
            raise CompileError(f"{path} is not UTF-8 (at byte {error.start}): save it as that") from None
        except OSError as error:
            raise CompileError(f"{path} cannot be read: {error.strerror}") from None

        def write():
            from polyhost.toolchain import source

            options = source.read_options(text, path)
            return source.complete(text, name, path), {**options, "flags": [*options["flags"], *flags]}

        return cls(name, path, repr((text, flags)) if flags else text, write, os.path.dirname(path), is_file=True)

    @property
    def short_name(self):
        return self.name.rpartition(".")[2]
