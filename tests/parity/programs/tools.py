"""Two large tools whose scripts are given to the host: Mercurial and Meson."""

from installing import SOURCE
from steps import Steps, write

MESON = """project('thing', 'c', version: '1.0', license: 'none')
python = import('python').find_installation(pure: false)
message('python', python.full_path(), python.language_version(), python.get_install_dir())
thing = python.extension_module('thing', 'thing.c', dependencies: python.dependency())
test('import', python, depends: thing, args: ['-c',
  'import sys; sys.path.insert(0, sys.argv[1]); import thing; assert thing.answer == 42', meson.current_build_dir()])
custom_target('made', output: 'made.txt', capture: true, build_by_default: true,
  command: [python, '-c', 'import sys; print(sys.executable)'])
"""


def mercurial(host):
    steps = Steps(host)

    def hg(name, *arguments):
        steps.python(name, "/usr/bin/hg", "--cwd", "here", "--config", "ui.username=somebody", *arguments)

    steps.python("init", "/usr/bin/hg", "init", "here")
    for number, text in enumerate(("first", "second")):
        write(host, "here/file.txt", text)
        hg("commit " + text, "commit", "--addremove", "--date", f"{number} 0", "--message", text)
    hg("log", "log", "--patch")
    hg("clone", "clone", "--pull", ".", "../there")
    hg("verify", "verify")
    hg("debuginstall", "debuginstall")
    hg("fails", "update", "no such revision")
    return steps.parts


def meson(host):
    """It asks its own python about itself, and its build runs that again."""
    write(host, "meson.build", MESON)
    write(host, "thing.c", SOURCE["src/thing.c"])
    steps = Steps(host)
    steps.python("setup", "/usr/bin/meson", "setup", "out")
    steps.python("compile", "/usr/bin/meson", "compile", "-C", "out", "-j", "1")
    steps.note("made", (host.work / "out/made.txt").read_text())
    steps.python("test", "/usr/bin/meson", "test", "-C", "out")
    return steps.parts
