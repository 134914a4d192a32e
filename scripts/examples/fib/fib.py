"""The same fib in Python and in C++: what leaving Python gains, and what the crossing costs.

Usage: fib.py [n]      (default 32)
"""

# expect args: 20
# expect: fib\(20\) = 6765
# expect: Python +[0-9.]+ ms
# expect: native +[0-9.]+ ms
# expect: native is [0-9.]+ times as fast

import sys
import time

import fib_native


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def timed(function, n):
    start = time.perf_counter()
    result = function(n)
    return result, time.perf_counter() - start


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 32
    native, native_s = timed(fib_native.fib, n)
    python, python_s = timed(fib, n)
    assert native == python, (native, python)
    print(f"fib({n}) = {python}")
    print(f"Python  {python_s * 1e3:10.3f} ms")
    print(f"native  {native_s * 1e3:10.3f} ms")
    print(f"native is {python_s / native_s:.1f} times as fast")

    try:
        import polyhost
    except ImportError:  # plain python3: the function works, the table is polyhost's
        return
    print()
    polyhost.boundary.report(file=sys.stdout)


if __name__ == "__main__":
    main()
