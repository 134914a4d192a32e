"""From C++ source to an imported module.

source.py     what a source file says of itself: options in comments, exported functions
compiler.py   the compiler, its options, one run of it
diagnostics.py   what it said, as exceptions and warnings of Python's
cache.py      where results are kept, built once however many processes ask
build.py      source to shared object, by the three above
finder.py     `import kernels` finds kernels.cpp
inline.py     polyhost.cpp(source)
native.py     @polyhost.native; types.py: annotations as C++ types; place.py: lines of a script

A module that is in the cache is there within a few milliseconds: what only a compilation needs is imported then.
"""
