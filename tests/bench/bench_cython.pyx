# cython: language_level=3, boundscheck=False, wraparound=False
"""The functions of `polyhost bench`, compiled by Cython."""

import cython

__version__ = cython.__version__


def noop():
    pass


def add(long long a, long long b):
    return a + b


def scale(double x, double factor=2.0):
    return x * factor


def strlen(str text):
    cdef bytes utf8 = text.encode()
    return len(utf8)


cdef long long fibonacci(long long n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def fib(long long n):
    return fibonacci(n)


def sum_list(list items):
    cdef double total = 0
    cdef double item
    for item in items:
        total += item
    return total


def sum_buffer(const double[::1] items):
    cdef double total = 0
    cdef Py_ssize_t i
    for i in range(items.shape[0]):
        total += items[i]
    return total


def repeat(f, long long count):
    cdef long long total = 0
    cdef long long i
    for i in range(count):
        total += f(i)
    return total
