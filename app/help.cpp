// The help text.
#include "help.h"

namespace polyhost::app {

const char* const help_text =
    "polyhost runs Python scripts as python3 does, and times every call between Python and native "
    "functions.\n"
    "\n"
    "  polyhost [switches] [python3's options] script.py [arguments]\n"
    "  polyhost [switches] [python3's options] (-c command | -m module | -) [arguments]\n"
    "  polyhost version          polyhost's, Python's and the compiler's version\n"
    "  polyhost bench            what a call costs, beside other ways of binding; see polyhost bench --help\n"
    "  polyhost help             this text; `polyhost --help` shows python3's\n"
    "\n"
    "Switches, before the script:\n"
    "  --report                  a table of all crossings, to stderr, when the script ends\n"
    "  --report=table:FILE       the same into a file\n"
    "  --report=json:FILE        as JSON (schema polyhost.report/1)\n"
    "  --timing=MODE             how much of a call is timed: exact (as without it: the whole of every call, "
    "and "
    "the split\n"
    "                            into both sides of every call that is not short, of one in 16 of those that "
    "are), full (the\n"
    "                            split of every call), sampled (every call is counted, one in 64 of the "
    "short "
    "ones timed), off\n"
    "  --gc=throughput           the garbage collector looks for cycles after 50,000 new objects, not 700: "
    "faster\n"
    "                            for programs that make many objects, and they keep more memory meanwhile\n"
    "                            (gc.set_threshold(50000, 20, 100); for this process, not its children)\n"
    "\n"
    "Environment:\n"
    "  POLYHOST_LOG=debug        shows what the host does\n"
    "  VIRTUAL_ENV=DIRECTORY     an activated venv: its packages are found, as if by its bin/python\n"
    "\n"
    "Ctrl-C raises KeyboardInterrupt, as in python3; where a native function does not look for it\n"
    "(polyhost::interrupted()), a second Ctrl-C ends the process.\n"
    "\n"
    "A script named like a command is run as ./version. Invoked through a name that begins with python,\n"
    "polyhost is python3 and has no switches.\n";

}  // namespace polyhost::app
