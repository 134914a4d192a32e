// The help text.
#include "help.h"

namespace polyhost::app {

const char* const help_text =
    R"(polyhost runs Python scripts as python3 does, and times every call between Python and native functions.

  polyhost [switches] [python3's options] script.py [arguments]
  polyhost [switches] [python3's options] (-c command | -m module | -) [arguments]
  polyhost version          polyhost's, Python's and the compiler's version
  polyhost bench            what a call costs, beside other ways of binding; see polyhost bench --help
  polyhost new NAME         a native module, NAME.cpp, and its test
  polyhost build FILE       an extension module of a .cpp; or the C++ of a script, compiled before it runs
  polyhost list [MODULE]    native functions, their signatures and docstrings
  polyhost stubs MODULE     a .pyi for type checkers
  polyhost report show FILE  the table of a report that --report=json:FILE has saved
  polyhost report diff A B  what has become slower or faster from one such report to another
  polyhost top PID|SCRIPT   what a running script calls, afresh each second
  polyhost help             this text; `polyhost --help` shows python3's

Switches, before the script:
  --report                  a table of all crossings, to stderr, when the script ends
  --report=html:FILE        a page for a browser: functions sorted and searched, histograms, who calls whom, a time line
  --report=table:FILE       the table into a file
  --report=json:FILE        as JSON (schema polyhost.report/1)
  --sort=ORDER              of the table's rows: crossing (as without it), calls, errors, python, native, self,
                            per-call, share, p50, p99 or name
  --trace=FILE.json         every call, as trace events for Perfetto (ui.perfetto.dev) and chrome://tracing
  --trace-events=N          the newest N calls of each thread are kept for the trace and the page (1000000)
  --call-sites=exact        the line of Python is looked at on each call; without it, on some of them
  --live                    `polyhost top PID` may look on, as with --report and --budget
  --all-native              calls of native functions that are not polyhost's (numpy, sqlite3, json, len ...), too: timed
                            from outside, and with a cost for each Python call, too (README.md)
  --budget LINE             `kernels.*: calls <= 1e5, crossing <= 5%, p99 <= 20us`: a script that ends well but
                            costs more gets status 3, and a sentence on stderr for each breach
  --budget=@FILE            such lines from a file
  --timing=exact            every call is timed; of the short ones, one in 16 is split into its two sides
                            (this is so without the switch)
  --timing=full             every call is split
  --timing=sampled          every call is counted; of the short ones, one in 64 is timed
  --timing=off              nothing is counted, and a call costs nothing more
  --reload                  a .cpp that was imported is compiled and loaded again when it changes, while the
                            script runs (polyhost.reload)
  --accelerate json         json.loads, dumps, load and dump are native, also in the script's child processes: same
                            results and errors, faster (polyhost.accelerate)
  --gc=throughput           the garbage collector looks for cycles after 50,000 new objects, not 700: faster
                            for programs that make many objects, and they keep more memory meanwhile
                            (gc.set_threshold(50000, 20, 100); for this process, not its children)

`import kernels` compiles kernels.cpp, beside the script or on sys.path, when it has changed; see help("polyhost").

Environment:
  XDG_CACHE_HOME=DIRECTORY  what is compiled is kept in DIRECTORY/polyhost (~/.cache/polyhost without it)
  CXX=COMPILER              compiles C++ (g++ without it)
  POLYHOST_REPORT=1         as --report, for every process that uses native functions, under python3, too
  POLYHOST_LIVE=1           as --live
  POLYHOST_ACCELERATE=json  as --accelerate
  POLYHOST_LOG=debug        shows what the host does
  VIRTUAL_ENV=DIRECTORY     an activated venv: its packages are found, as if by its bin/python

Ctrl-C raises KeyboardInterrupt, as in python3; where a native function does not look for it
(polyhost::interrupted()), a second Ctrl-C ends the process.

A script named like a command is run as ./version. Invoked through a name that begins with python,
polyhost is python3 and has no switches.
)";

}  // namespace polyhost::app
