"""Who takes part: each candidate's functions by row, and why one is missing."""

import ctypes
import importlib
import os
import sys

import polyhost

MODES = ("off", "sampled", "exact", "full")


class Candidate:
    """name (str), functions (dict: row's function -> callable), version (str), timing (str or None: polyhost's mode)."""

    def __init__(self, name, functions, version="", timing=None):
        self.name, self.functions, self.version, self.timing = name, functions, version, timing

    def prepare(self):
        if self.timing is not None:
            polyhost.boundary.timing(self.timing)


FUNCTIONS = ("noop", "add", "scale", "strlen", "fib", "sum_list", "sum_buffer", "repeat")


def of_module(module):
    found = {name: getattr(module, name) for name in FUNCTIONS}
    if hasattr(module, "scale_many"):
        found["scale_many"] = module.scale_many
    elif hasattr(module.scale, "batch"):
        batch = module.scale.batch
        found["scale_many"] = lambda items, out: batch(items, 2.0, out=out)
    return found


def python_functions():
    def noop():
        pass

    def add(a, b):
        return a + b

    def scale(x, factor=2.0):
        return x * factor

    def strlen(text):
        return len(text)

    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    def sum_list(items):
        total = 0.0
        for item in items:
            total += item
        return total

    def scale_many(items, out):
        for i, item in enumerate(items):
            out[i] = item * 2.0

    def repeat(f, count):
        total = 0
        for i in range(count):
            total += f(i)
        return total

    functions = noop, add, scale, strlen, fib, sum_list, scale_many, repeat
    return {**{function.__name__: function for function in functions}, "sum_buffer": sum_list}


def ctypes_functions(directory):
    library = ctypes.CDLL(os.path.join(directory, "bench_c.so"))
    integer, real = ctypes.c_int64, ctypes.c_double
    callback = ctypes.CFUNCTYPE(integer, integer)

    def typed(name, result, *parameters):
        function = getattr(library, "bench_" + name)
        function.restype, function.argtypes = result, parameters
        return function

    c_scale = typed("scale", real, real, real)
    c_sum = typed("sum", real, ctypes.POINTER(real), ctypes.c_size_t)
    c_strlen = typed("strlen", ctypes.c_size_t, ctypes.c_char_p)
    c_repeat = typed("repeat", integer, callback, integer)
    return {
        "noop": typed("noop", None),
        "add": typed("add", integer, integer, integer),
        "scale": lambda x, factor=2.0: c_scale(x, factor),
        "strlen": lambda text: c_strlen(text.encode()),
        "fib": typed("fib", integer, integer),
        "sum_list": lambda items: c_sum((real * len(items))(*items), len(items)),
        "sum_buffer": lambda items: c_sum((real * len(items)).from_buffer(items), len(items)),
        "repeat": lambda f, count: c_repeat(callback(f), count),
    }


def cffi_functions():
    ffi, lib = (getattr(importlib.import_module("bench_cffi"), name) for name in ("ffi", "lib"))

    def repeat(f, count):
        ffi.def_extern("call_back")(f)
        return lib.repeat(lib.call_back, count)

    return {
        "noop": lib.noop,
        "add": lib.add,
        "scale": lambda x, factor=2.0: lib.scale(x, factor),
        "strlen": lambda text: lib.text_length(text.encode()),
        "fib": lib.fib,
        "sum_list": lambda items: lib.sum(items, len(items)),
        "sum_buffer": lambda items: lib.sum(ffi.from_buffer("double[]", items), len(items)),
        "repeat": repeat,
    }


def module_directory():
    """Where the compared modules are: beside the executable."""
    return os.path.join(os.path.dirname(os.path.realpath(sys.executable)), "bench")


def find():
    """The candidates, and a dict from the name of each that is missing to the reason."""
    directory = module_directory()
    sys.path.insert(0, directory)
    found, missing = [], {}

    def add(name, make):
        try:
            found.append(make())
        except (ImportError, OSError) as error:
            missing[name] = str(error)

    def module(name):
        made = importlib.import_module("bench_" + name)
        return Candidate(name, of_module(made), getattr(made, "__version__", ""))

    add("raw", lambda: module("raw"))
    for mode in MODES:
        add(mode, lambda: Candidate(mode, of_module(importlib.import_module("bench_native")), polyhost.__version__, mode))
    for name in "pybind11", "nanobind", "cython":
        add(name, lambda: module(name))
    add("cffi", lambda: Candidate("cffi", cffi_functions(), importlib.import_module("_cffi_backend").__version__))
    add("ctypes", lambda: Candidate("ctypes", ctypes_functions(directory), ctypes.__version__))
    found.append(Candidate("python", python_functions()))
    return found, missing
