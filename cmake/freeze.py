# Compiles a Python package to marshalled code in a C++ file, for the binary to carry.
# Usage: freeze.py PACKAGE_DIRECTORY OUTPUT.cpp
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


def main(package, output):
    lines = ["// Made by cmake/freeze.py. Do not edit.", '#include "package.h"', "", "namespace polyhost::package {", "namespace {"]
    rows = []
    for number, (name, is_package, code) in enumerate(modules(package)):
        lines.append(f"const unsigned char code_{number}[] = {{{','.join(map(str, code))}}};")
        rows.append(f'    {{"{name}", code_{number}, {str(is_package).lower()}}},')
    lines += ["const interpreter::FrozenModule table[] = {", *rows, "};", "}  // namespace", ""]
    lines += ["std::span<const interpreter::FrozenModule> modules() { return table; }", "", "}  // namespace polyhost::package", ""]
    output.write_text("\n".join(lines))


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
