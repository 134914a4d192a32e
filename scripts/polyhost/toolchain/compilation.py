"""One run of the compiler over all sources of a unit."""

import os
import re

from polyhost.toolchain import compiler, support
from polyhost.toolchain.errors import CompileError


class Compilation:
    """One run of the compiler over all sources of a unit, in the unit's directory. options (list of str): the user's for
    the compiler; inputs (list of str): for the linker; files (set of str): what was read besides the unit's own text;
    said (str): by the compiler, where it has not failed."""

    def __init__(self, unit, options, words):
        cflags, libs, described = compiler.pkg_config(options["pkg-config"], unit.title)
        self.unit, self.words, self.said = unit, words, ""
        flags = joined(options["flags"])
        self.inputs = [flag for flag in flags if is_input(flag)] + libs
        self.options = [*cflags, *(flag for flag in flags if not is_input(flag)), *["-Wall", "-Wextra"] * unit.warnings]
        self.include = compiler.unpack_headers()
        self.shared = compiler.may_share([*words[1:], *self.options])
        self.sources = [self.path(other) for other in options["sources"]]
        self.files = {*described, *self.sources, *self.named_files()}
        for path in self.sources:
            if not os.path.isfile(path):
                raise CompileError(f"{unit.title} names a source that is not there: {path}")

    def path(self, name):
        """Of a file, as the compiler finds it."""
        path = os.path.join(self.unit.base, name)
        return path if ".." in path.split("/") else os.path.normpath(path)  # after a symbolic link, .. is somewhere else

    def named_files(self):
        """Libraries, objects and lists of options that the options name, where they are files of the user's (list of str)."""
        directories = [flag[2:] for flag in [*self.options, *self.inputs] if flag.startswith("-L")]
        names = [word.removeprefix("@") for word in [*self.options, *self.inputs] if not word.startswith("-")]
        for flag in self.inputs:
            if flag.startswith("-l:"):
                names += [os.path.join(directory, flag[3:]) for directory in directories]
            elif flag.startswith("-l"):
                names += [os.path.join(directory, f"lib{flag[2:]}{suffix}") for directory in directories for suffix in (".a", ".so")]
        return [path for path in map(self.path, names) if os.path.isfile(path)]

    def run(self, place, text):
        """Compiles and links in that directory; the path of the shared object (str)."""
        main, made = os.path.join(place, "source.cpp"), os.path.join(place, "linked.so")
        with open(main, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        targets = [(path, os.path.join(place, f"{number}.o")) for number, path in enumerate([main, *self.sources])]
        if self.shared:
            with support.compiled_beside(self.words, self.include) as wait_for_support:
                objects = [*(self.compile(*target) for target in targets), wait_for_support()]
        else:
            objects = [self.compile(*target) for target in targets]
        self.files = {path for path in self.files if path != main and not path.startswith(self.include)}
        self.call("-shared", *self.options, *objects, *self.inputs, "-o", made)
        return made

    def compile(self, path, target):
        base = [*compiler.base_options(self.include), "-iquote", self.unit.base]
        own = [*base, *self.options, *["-DPOLYHOST_COMPILED"] * self.shared]
        self.call(*own, "-MMD", "-MF", target + ".d", "-MT", "x", "-c", path, "-o", target)
        self.files |= set(map(self.path, dependencies(target + ".d")))
        return target

    def call(self, *arguments):
        self.said += compiler.run([*self.words, *arguments], self.unit.title, self.unit.base)

    def absent(self):
        """Where a file would be read in the place of one that was, as it comes earlier in the search (set of str)."""
        search = [self.unit.base, *(self.path(flag[2:]) for flag in self.options if flag.startswith("-I"))]
        found = set()
        for path in self.files:
            for number, directory in enumerate(search):
                if path.startswith(directory + "/"):
                    found |= {earlier + path[len(directory) :] for earlier in search[:number]}
        return {path for path in found if not os.path.lexists(path)}


def joined(flags):
    """With -I DIR, -L DIR, -l NAME and -Xlinker OPTION as one word each."""
    words = []
    for flag in flags:
        if words and words[-1] in ("-I", "-L", "-l"):
            words[-1] += flag
        elif words and words[-1] == "-Xlinker" and "," not in flag:
            words[-1] = "-Wl," + flag
        else:
            words.append(flag)
    return words


def is_input(flag):
    """True for what the linker reads after the objects that need it."""
    return flag.startswith(("-l", "-Wl,")) or not flag.startswith("-") and re.search(r"\.(a|o|so)(\.\d+)*$", flag) is not None


def dependencies(path):
    """The files that a make rule names, other than the target (list of str)."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        rule = file.read().replace("\\\n", " ")
    words = re.findall(r"(?:\\[ \t#]|\S)+", rule.partition(":")[2])
    return [re.sub(r"\\([ \t#])", r"\1", word).replace("$$", "$") for word in words]
