"""Writes the C source of the module bench_cffi. Usage: bench_cffi_build.py OUTPUT.c"""

import sys

from cffi import FFI

ffi = FFI()
ffi.cdef(
    """
void noop(void);
int64_t add(int64_t a, int64_t b);
double scale(double x, double factor);
size_t text_length(const char *text);
int64_t fib(int64_t n);
double sum(const double *items, size_t count);
extern "Python" int64_t call_back(int64_t);
int64_t repeat(int64_t (*f)(int64_t), int64_t count);
"""
)
ffi.set_source(
    "bench_cffi",
    """
#include <stdint.h>
#include <string.h>
static void noop(void) {}
static int64_t add(int64_t a, int64_t b) { return a + b; }
static double scale(double x, double factor) { return x * factor; }
static size_t text_length(const char *text) { return strlen(text); }
static int64_t fib(int64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static double sum(const double *items, size_t count) {
  double total = 0;
  for (size_t i = 0; i < count; ++i) total += items[i];
  return total;
}
static int64_t repeat(int64_t (*f)(int64_t), int64_t count) {
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) total += f(i);
  return total;
}
""",
)
ffi.emit_c_code(sys.argv[1])
