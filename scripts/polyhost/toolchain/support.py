"""What all modules share (detail/impl of the headers): compiled once, beside the first module that needs it."""

import contextlib
import os

from polyhost.toolchain import cache, compiler


@contextlib.contextmanager
def compiled_beside(words, include):
    """A context within which the shared object is compiled by the compiler `words`, if it is not in the cache yet, while the
    caller does other work; its value is a function that waits for it and returns its path (str). Other processes that need
    it wait until the context ends. CompileError."""
    entry = cache.Entry("support", cache.digest(compiler.identity(words)))
    path = entry.file("support.o")
    if entry.trusted() and os.path.exists(path):
        yield lambda: path
        return
    with entry.lock():
        if os.path.exists(path):
            yield lambda: path
            return
        entry.clean(keep=())
        with entry.workplace() as place:
            compilation = start(words, include, place)

            def wait():
                compilation.wait()
                os.replace(os.path.join(place, "support.o"), path)
                return path

            try:
                yield wait
            finally:
                compilation.stop()


def start(words, include, place):
    source, made = os.path.join(place, "support.cpp"), os.path.join(place, "support.o")
    with open(source, "w", encoding="utf-8") as file:
        file.write("#include <polyhost/detail/impl/all.hpp>\n")
    options = [*compiler.base_options(include), "-DPOLYHOST_COMPILED"]
    return compiler.Run([*words, *options, "-c", source, "-o", made], "polyhost's own code", place)
