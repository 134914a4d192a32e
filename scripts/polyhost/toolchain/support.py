"""What all modules share (detail/impl of the headers): compiled once, beside the first module that needs it."""

import os
import threading

from polyhost.toolchain import cache, compiler
from polyhost.toolchain.errors import CompileError


def start(words, include):
    """Has it compiled by the compiler `words`, if it is not in the cache yet. Returns a function that waits for it and
    gives its path (a list of one str), or raises CompileError."""
    entry = cache.Entry("support", cache.digest(compiler.identity(words)))
    path = entry.file("support.o")
    if entry.trusted() and os.path.exists(path):
        return lambda: [path]
    failures = []

    def make():
        try:
            with entry.lock():
                if not os.path.exists(path):
                    compile_into(entry, path, words, include)
        except CompileError as error:
            failures.append(error)

    thread = threading.Thread(target=make)
    thread.start()

    def wait():
        thread.join()
        if failures:
            raise failures[0]
        return [path]

    return wait


def compile_into(entry, path, words, include):
    entry.clean(keep=())
    with entry.workplace() as place:
        source, made = os.path.join(place, "support.cpp"), os.path.join(place, "support.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <polyhost/detail/impl/all.hpp>\n")
        options = [*compiler.base_options(include), "-DPOLYHOST_COMPILED"]
        compiler.run([*words, *options, "-c", source, "-o", made], "polyhost's own code", place)
        os.replace(made, path)
