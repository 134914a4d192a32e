"""`import kernels` finds kernels.cpp, on sys.path or in the package's directories, where Python finds no module of its own.

The search itself is in engine/toolchain/finder.cpp: every failing import comes by there.
"""

import os
from importlib import _bootstrap, machinery  # not util: it imports more than a module of the cache needs

from polyhost.toolchain import build
from polyhost.toolchain.errors import CompileError
from polyhost.toolchain.unit import Unit


class CppLoader(machinery.ExtensionFileLoader):
    """Compiles the source when the module is made, and goes on as with any extension module. `source` (str): its path."""

    def __init__(self, name, source):
        super().__init__(name, source)
        self.source = source

    def create_module(self, spec):
        self.path = spec.origin = build.build(Unit.of_file(spec.name, self.source))
        try:
            return super().create_module(spec)
        except ImportError as error:
            raise explained(error, self.source) from None

    def exec_module(self, module):
        from polyhost.toolchain import reload

        if reload.is_loaded(module):  # importlib.reload
            return reload.reload(module)
        super().exec_module(module)
        module.__source__ = self.source
        reload.note(module, self.path)

    def get_source(self, fullname):
        with open(self.source, encoding="utf-8-sig") as file:
            return file.read()


def spec(name, source):
    """The spec of a module that is compiled from that file when it is imported."""
    source = os.path.abspath(source)  # its place in the cache, whatever the current directory was
    return spec_of(name, source, CppLoader(name, source))


def spec_of(name, path, loader):
    found = machinery.ModuleSpec(name, loader, origin=path)
    found.has_location = True
    return found


def functions(module):
    """The builtin functions of a module, by name (dict): the native ones, if polyhost compiled it."""
    return {name: value for name, value in vars(module).items() if type(value) is type(len)}


def native_functions(module):
    """Those that polyhost made, by name (dict), and not pybind11, say."""
    return {name: value for name, value in functions(module).items() if hasattr(value, "__signature__")}


def load(unit, path=None, *, version=1, lines={}, shift=0):
    """A module made from a Unit (module), which is compiled if it must be; it is not put into sys.modules. path (str): its
    shared object, if it is known. version, lines, shift: as detail/registration.hpp has them."""
    path = path or build.build(unit)
    loader = machinery.ExtensionFileLoader(unit.name, path)
    try:
        made = _bootstrap.module_from_spec(spec_of(unit.name, path, loader))
    except ImportError as error:
        raise explained(error, unit.title) from None
    made.__polyhost_load__ = (version, lines, shift + unit.shift)
    loader.exec_module(made)
    return made


def explained(error, title):
    """The loader's exception, or a CompileError for a name that nothing defines: only loading shows that."""
    before, found, symbol = str(error).partition("undefined symbol: ")
    if not found:
        return error
    import subprocess

    try:
        name = subprocess.run(["c++filt", symbol], capture_output=True, text=True).stdout.strip() or symbol
    except OSError:
        name = symbol
    return CompileError(f"{title} uses {name}, which nothing defines: name its file (// polyhost: sources = FILE) or its library (// polyhost: flags = -lNAME)")
