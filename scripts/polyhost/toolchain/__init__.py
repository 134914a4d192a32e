"""From C++ source to an imported module.

unit.py       a module that is to be compiled
source.py     what a source file says of itself in comments, and how it becomes a module; exports.py: its marked functions;
              defaults.py: their defaults; scan.py: comments, literals and brackets
compiler.py   the compiler, its options, one run of it
diagnostics.py   what it said, as exceptions and warnings of Python's
cache.py      where results are kept, built once however many processes ask
build.py      unit to shared object, by the three above; manifest.py: when it must be made again; compilation.py: making it,
              with support.py: what all modules share
finder.py     `import kernels` finds kernels.cpp
reload.py     polyhost.reload and --reload
inline.py     polyhost.cpp(source)
native.py     @polyhost.native; annotations.py: those as C++ types; place.py: lines of a script
errors.py     what scripts may catch

headers.py and header_files.py, the public headers and their digest, are made by the build.

A module that is in the cache is there within a few milliseconds: what only a compilation needs is imported then.
"""
