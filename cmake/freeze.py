# Compiles a Python package to marshalled code in a C++ file, for the binary to carry, and with it, as a module of that
# package, the public headers, which modules are compiled against.
# Usage: freeze.py PACKAGE_DIRECTORY HEADER_DIRECTORY OUTPUT.cpp
import hashlib
import marshal
import pathlib
import sys


def modules(package):
    """(name, is_package, code) of every module, packages before what they hold."""
    for path in sorted(package.rglob("*.py"), key=lambda p: (len(p.parts), p.name != "__init__.py", p)):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        code = compile(path.read_bytes(), f"<frozen {name}>", "exec", dont_inherit=True, optimize=0)
        yield name, is_package, marshal.dumps(code)


def headers(directory, package):
    """The sources of polyhost.toolchain.header_files (FILES: path -> text) and .headers (DIGEST of them all, and of
    what compiles against them)."""
    files = {str(path.relative_to(directory)): path.read_text() for path in sorted(directory.rglob("*.h*"))}
    compilers = [path.read_text() for path in sorted(package.joinpath("toolchain").glob("*.py"))]
    digest = hashlib.sha256(repr((files, compilers)).encode()).hexdigest()[:32]
    return {"header_files": f"FILES = {files!r}\n", "headers": f"DIGEST = {digest!r}\n"}


def main(package, include, output):
    lines = ["// Made by cmake/freeze.py. Do not edit.", '#include "package.h"', "", "namespace polyhost::package {", "namespace {"]
    rows = []
    carried = list(modules(package))
    for module, source in headers(include, package).items():
        name = f"{package.name}.toolchain.{module}"
        carried.append((name, False, marshal.dumps(compile(source, f"<frozen {name}>", "exec", dont_inherit=True, optimize=0))))
    for number, (name, is_package, code) in enumerate(carried):
        lines.append(f"const unsigned char code_{number}[] = {{{','.join(map(str, code))}}};")
        rows.append(f'    {{"{name}", code_{number}, {str(is_package).lower()}}},')
    lines += ["const interpreter::FrozenModule table[] = {", *rows, "};", "}  // namespace", ""]
    lines += ["std::span<const interpreter::FrozenModule> modules() { return table; }", "", "}  // namespace polyhost::package", ""]
    output.write_text("\n".join(lines))


main(*map(pathlib.Path, sys.argv[1:]))
