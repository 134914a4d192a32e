"""Processes that go uncounted, and what a script sees of the counting: as little as can be."""

import json
import os
import resource
import unittest

from support import FORKS, PLUGINS, POLYHOST, PYTHON, SANITIZER, rows, run
from test_children import START, Case, calls, processes


class Hidden(Case):
    TELL = "import os; print(sorted(os.environ), sorted(os.listdir('/proc/self/fd')), os.open('/dev/null', 0), os.open('/dev/null', 0), sep='\\n')"

    def tell(self, *switches, program=POLYHOST):
        return run(*switches, "-c", self.TELL, program=program).stdout.splitlines()

    def test_without_a_report(self):
        self.assertEqual(self.tell(), self.tell(program=PYTHON))
        self.assertEqual(len(self.tell()), 4)
        maps = run("-c", START + "print(open('/proc/self/maps').read())").stdout
        self.assertIn("threads_native", maps)
        for name in "memfd", "polyhost counts", "/dev/shm":
            self.assertNotIn(name, maps)

    def test_with_a_report(self):
        own, plain = self.tell("--live"), self.tell()
        self.assertEqual(own[2:], plain[2:])  # the script gets the descriptors that it would get
        self.assertEqual(len(own[1].split()), len(plain[1].split()) + 1)
        temporary = os.path.join(self.folder, "tmp")
        os.mkdir(temporary)
        text = "call(1)\nos.waitpid(fork(call, 1), 0)\nspawn('t.add(1, 1)')\nprint([name for name in os.listdir('/dev/shm') if 'polyhost' in name])"
        self.report(text, env={**os.environ, "TMPDIR": temporary}, output="[]\n")
        self.assertEqual(os.listdir(temporary), [])
        self.assertEqual(sorted(os.listdir(self.folder)), ["report.json", "script.py", "tmp"])


class Unharmed(Case):
    """What goes without the counts of a child, or of all, and ends well."""

    def test_all_descriptors_are_closed(self):
        found = self.report("call(3)\nos.closerange(3, 4096)\ncall(4)\nspawn('t.add(1, 1)')\nos.waitpid(fork(call, 5), 0)")
        self.assertEqual((calls(found), found["processes"]), ({"add": 7}, []))

    def test_other_files_take_their_place(self):
        found = self.report("""
def child():
    call(2)
    os.closerange(3, 4096)
    files = [os.open(sys.argv[1], os.O_RDWR | os.O_CREAT) for _ in range(200)]
    assert 64 in files
    os.write(files[0], b"x" * (1 << 20))
    os.waitpid(fork(lambda: (call(10), [os.fstat(file) for file in files], print("grandchild"))), 0)
    spawn("t.add(1, 1); print('spawned')")
    call(2)
    [os.fstat(file) for file in files]
    assert os.pread(files[0], 2 << 20, 0) == b"x" * (1 << 20)
    print("child")
call(1)
print(os.waitpid(fork(child, end=sys.exit), 0)[1])
""", arguments=[os.path.join(self.folder, "file")], output="grandchild\nspawned\nchild\n0\n")  # fmt: skip
        self.assertEqual(processes(found, "calls"), [(1,), (4,), (1,)])  # the spawned one finds the file at the first process

    def test_the_first_process_has_another_file_in_its_place(self):
        found = self.report("""
call(1)
os.closerange(3, 4096)
files = [os.open(sys.argv[1], os.O_RDWR | os.O_CREAT) for _ in range(200)]
os.write(files[0], b"x" * 5000)
os.waitpid(fork(call, 2), 0)
spawn("t.add(1, 1)")
assert os.pread(files[0], 10000, 0) == b"x" * 5000
[os.fstat(file) for file in files]
""", arguments=[os.path.join(self.folder, "file")])  # fmt: skip
        self.assertEqual((calls(found), found["processes"]), ({"add": 1}, []))

    def test_an_empty_environment(self):
        none = "{name: value for name, value in os.environ.items() if name.endswith('SAN_OPTIONS') or name == 'PYTHONMALLOC'}"  # but a sanitizer's
        code = f"import sys; sys.path[:0] = {PLUGINS.split(':')!r}; import threads_native as t; print(t.add(1, 2))"
        found = self.report(f"call(1)\nsubprocess.run([sys.executable, '-c', {code!r}], env={none}, check=True)", output="3\n")
        self.assertEqual((calls(found), found["processes"]), ({"add": 1}, []))

    def test_a_wrong_address(self):
        for address in "", "x", "1:2:3", "1:2:3:4", "0:0:0:0", "99999999999999999999:1:1:1", f"{os.getpid()}:0:1:0", f"{os.getpid()}:1:1:9999999":
            with self.subTest(address):
                found = self.report("call(1)\nos.waitpid(fork(call, 2), 0)", env={**os.environ, "POLYHOST_COUNTS": address})
                self.assertEqual(calls(found), {"add": 3})

    def test_small_files_only(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        found = self.report("call(3)\nos.waitpid(fork(call, 4), 0)\nspawn('t.add(1, 1)')", preexec_fn=limit)
        self.assertEqual(calls(found)["add"], 3)
        text = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\nos.waitpid(fork(call, 4), 0)\nspawn('t.add(1, 1)')"
        done = run("--report", self.script(text))
        self.assertEqual((done.returncode, rows(done.stderr)["threads_native.add"]["calls"]), (0, 5))

    @unittest.skipIf(SANITIZER, "sanitizers need all the addresses")
    def test_little_address_space(self):
        text = "call(1)\nall = [fork(call, 1) for _ in range(50)]\nfor child in all: os.waitpid(child, 0)"
        done = run("--report", self.script(text), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("lost", done.stderr.split("cost of measuring")[0])
        self.assertGreaterEqual(rows(done.stderr)["threads_native.add"]["calls"], 1)

    @unittest.skipIf(SANITIZER, "sanitizers need all the addresses")
    def test_little_address_space_without_a_report(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20))
        for program in PYTHON, POLYHOST:
            done = run("-c", "print('end')", program=program, preexec_fn=limit)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))

    @unittest.skipIf(SANITIZER, "thousands of forks take minutes there")
    def test_more_than_find_room(self):
        text = """
import ctypes
libc = ctypes.PyDLL(None)  # its fork, without what Python does at one: half the time
call(1)
for i in range(4199):
    child = libc.fork()
    if child == 0: libc._exit(0)
    os.waitpid(child, 0)
os.waitpid(fork(call, 5), 0)
print("end")
"""
        done = run(f"--report=json:{self.file}", "--report", *FORKS, self.script(text))
        self.assertEqual((done.returncode, done.stdout), (0, "end\n"))
        with open(self.file) as file:
            found = json.load(file)
        self.assertEqual((calls(found), found["processes_unread"]), ({"add": 1}, 105))
        self.assertIn("\n  and 105 that could not be read, or found no room: their calls are not counted\n", done.stderr)

    def test_a_damaged_slot(self):
        text = """
import ctypes, random
def damage(first, kind):
    call(100)
    lines = [line.split()[0].split("-") for line in open("/proc/self/maps") if "memfd:polyhost counts" in line and " rw-s " in line]
    head, slot = sorted((int(end, 16) - int(begin, 16), int(begin, 16)) for begin, end in lines)
    size, begin = (head[0], head[1]) if first < 0 else (1 << 20, slot[1] + first)
    if kind < 256: ctypes.memset(begin, kind, size)
    else: ctypes.memmove(begin, random.Random(kind).randbytes(size), size)
    print("damaged", flush=True)
call(3)
first, *kinds = map(int, sys.argv[1:])
for kind in kinds: os.waitpid(fork(damage, first, kind), 0)
os.waitpid(fork(call, 4, t.add_without_gil), 0)
"""
        kinds = 0, 1, 8, 65, 127, 255, 256, 257
        for first in 4096, 1000, 0, -1:  # of the slot; -1: the head, which all processes share, so one kind a program
            for some in [kinds] if first >= 0 else [[kind] for kind in kinds]:
                with self.subTest(first=first, kinds=some):
                    done = run(f"--report=json:{self.file}", "--report", self.script(text), *map(str, [first, *some]))
                    self.assertEqual((done.returncode, done.stdout), (0, "damaged\n" * len(some)), done.stderr)
                    with open(self.file, errors="replace") as file:
                        found = json.load(file)
                    if first < 0:  # no other process is found any more
                        self.assertGreaterEqual(calls(found)["add"], 3)
                        continue
                    self.assertEqual((found["processes"][0]["calls"], calls(found)["add_without_gil"]), (3, 4))
                    self.assertRegex(done.stderr, r"\nthreads_native\.add_without_gil\s+inbound +4 ")


if __name__ == "__main__":
    unittest.main()
