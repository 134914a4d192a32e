"""Extension modules built and imported by the host: Cython, cffi, pybind11."""

from steps import Steps, write

FAST = """cdef long c_fib(long n):
    return n if n < 2 else c_fib(n - 1) + c_fib(n - 2)

def fib(long n):
    "The n-th Fibonacci number."
    return c_fib(n)

cdef class Counter:
    cdef public int count
    def __iter__(self):
        for self.count in range(3):
            yield self.count
    def fail(self):
        raise ValueError("from Cython")
"""
CYTHON_SETUP = "from setuptools import Extension, setup\nfrom Cython.Build import cythonize\n" \
               "setup(name='fast', ext_modules=cythonize([Extension('fast', ['fast.pyx'])], language_level=3))\n"
CFFI_BUILD = """import cffi
builder = cffi.FFI()
builder.cdef('int add(int, int); extern "Python" int twice(int); int call(int);')
builder.set_source("_adder", "static int twice(int); static int add(int a, int b) { return a + b; }"
                   " static int call(int n) { return twice(n); }")
if __name__ == "__main__":
    builder.compile(verbose=True)
"""
CFFI_USE = """from _adder import ffi, lib
@ffi.def_extern()
def twice(n): return 2 * n
print(lib.add(2, 3), lib.call(21))
abi = ffi.__class__()
import cffi
other = cffi.FFI()
other.cdef("double cos(double); int Py_IsInitialized(void);")
print(other.dlopen("libm.so.6").cos(0.0), other.dlopen(None).Py_IsInitialized())
"""
BOUND = """#include <pybind11/pybind11.h>
#include <pybind11/embed.h>
#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <thread>
namespace py = pybind11;
struct Base { virtual ~Base() = default; virtual int value() const { return 1; } };
struct Trampoline : Base { int value() const override { PYBIND11_OVERRIDE(int, Base, value); } };
PYBIND11_MODULE(bound, m) {
  py::class_<Base, Trampoline>(m, "Base").def(py::init<>()).def("value", &Base::value);
  m.def("ask", [](const Base& base) { return base.value(); });
  m.def("sum", [](const std::vector<int>& v) { int s = 0; for (int n : v) s += n; return s; });
  m.def("from_thread", [](const std::function<int(int)>& f) {
    int result = 0;
    py::gil_scoped_release release;
    std::thread([&] { py::gil_scoped_acquire acquire; result = f(20); }).join();
    return result;
  });
  m.def("fail", [] { throw std::out_of_range("from C++"); });
}
"""
PYBIND_SETUP = "from setuptools import setup\nfrom pybind11.setup_helpers import Pybind11Extension\n" \
               "setup(name='bound', ext_modules=[Pybind11Extension('bound', ['bound.cpp'])])\n"
PYBIND_USE = """import bound
class Mine(bound.Base):
    def value(self): return 7
print(bound.ask(bound.Base()), bound.ask(Mine()), bound.sum([1, 2, 3]), bound.from_thread(lambda n: n + 1))
bound.fail()
"""


def cython(host):
    write(host, "fast.pyx", FAST)
    write(host, "setup.py", CYTHON_SETUP)
    steps = Steps(host)
    steps.python("build", "setup.py", "build_ext", "--inplace")
    steps.python("use", "-c", "import fast; print(fast.fib(20), list(fast.Counter()), fast.fib.__doc__)\n"
                 "fast.Counter().fail()")
    write(host, "late.pyx", "def where(): return __name__\n")
    steps.python("pyximport", "-W", "ignore", "-c", "import pyximport; pyximport.install(language_level=3)\n"
                 "import late; print(late.where())")
    return steps.parts


def cffi(host):
    write(host, "build_adder.py", CFFI_BUILD)
    write(host, "use.py", CFFI_USE)
    steps = Steps(host)
    steps.python("build", "build_adder.py")
    steps.python("use", "use.py")
    return steps.parts


def pybind11(host):
    write(host, "bound.cpp", BOUND)
    write(host, "setup.py", PYBIND_SETUP)
    write(host, "use.py", PYBIND_USE)
    steps = Steps(host)
    steps.python("flags", "-m", "pybind11", "--includes")
    steps.python("build", "setup.py", "build_ext", "--inplace")
    steps.python("use", "use.py")
    return steps.parts
