"""What all modules share (detail/impl of the headers): compiled once, beside the first module that needs it."""

import os
import threading

from polyhost.toolchain import cache, compiler
from polyhost.toolchain.errors import CompileError


def start(words, include):
    """Has it compiled by the compiler `words`, if it is not in the cache yet. Returns a function that waits for it and
    gives its path (str), or raises CompileError."""
    entry = cache.Entry("support", cache.digest(compiler.identity(words)))
    path = entry.file("support.o")
    if entry.trusted() and os.path.exists(path):
        return lambda: path
    failures = []

    def make():
        try:
            with entry.lock():
                if not os.path.exists(path):
                    entry.write("support.cpp", b"#include <polyhost/detail/impl/all.hpp>\n")
                    made = entry.file("unfinished.o")
                    options = [*compiler.base_options(include), "-DPOLYHOST_COMPILED"]
                    compiler.run([*words, *options, "-c", entry.file("support.cpp"), "-o", made], "polyhost's own code")
                    os.replace(made, path)
        except CompileError as error:
            failures.append(error)

    thread = threading.Thread(target=make)
    thread.start()

    def wait():
        thread.join()
        if failures:
            raise failures[0]
        return path

    return wait
