"""Sphinx: a small documentation with a module's docstrings in it; every page must be the same."""

from steps import Steps, write

CONFIGURATION = """import os, sys
sys.path.insert(0, os.path.abspath('.'))
project = 'small'
extensions = ['sphinx.ext.autodoc', 'sphinx.ext.viewcode', 'sphinx.ext.doctest', 'sphinx.ext.intersphinx']
rst_epilog = f".. |alone| replace:: {os.path.samefile(sys.executable, '/proc/self/exe')}"
"""
INDEX = """Small
=====
.. toctree::

   other

The executable is its own: |alone|. See :py:func:`module.double` and :ref:`there`.

.. automodule:: module
   :members:
"""
OTHER = """.. _there:

Other
=====
>>> 1 + 1
2

.. code-block:: python

   def f(x): return x

:py:func:`no.such`
"""
MODULE = '''def double(number: int) -> int:
    """Twice the number.

    >>> double(2)
    4
    """
    return 2 * number
'''


def sphinx(host):
    for name, text in (("conf.py", CONFIGURATION), ("index.rst", INDEX), ("other.rst", OTHER), ("module.py", MODULE)):
        write(host, name, text)
    steps = Steps(host)
    for builder in "html", "text", "doctest", "man":
        steps.python(builder, "-m", "sphinx", "-b", builder, "-n", "-j", "2", ".", "out/" + builder)
    return steps.parts
