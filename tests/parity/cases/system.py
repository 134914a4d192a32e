"""What sys, sysconfig, site and their neighbours say: python3's answers, but for the executable's own path."""

from case import ADDRESS, Case, PROJECT_BASE

STREAMS = "[(f.encoding, f.errors, f.line_buffering, f.write_through, f.newlines, f.mode, f.name) " \
          "for f in (sys.stdin, sys.stdout, sys.stderr)]"


def shows(name, *expressions, options=(), edit=(), before="", **rest):
    lines = "import sys, sysconfig, site, os\n" + before
    lines += "".join(f"\nprint({text!r}, '=', {text})" for text in expressions)
    return Case(name, [*options, "-c", lines], edit=[ADDRESS, *edit], **rest)


def each(name, mapping, before="", skipping="()", edit=()):
    """A line for every item of a mapping."""
    return Case(name, ["-c", f"import sys, sysconfig, os\n{before}\n"
                       f"for k, v in sorted(({mapping}).items()):\n"
                             f"    if k not in {skipping}: print(k, '=', ascii(v))"], edit=[ADDRESS, *edit])


CASES = [
    shows("executable", "sys.executable", "sys._base_executable",
          "os.path.samefile(sys.executable, os.environ['PY'])",
          "os.path.samefile('/proc/self/exe', sys.executable)"),
    shows("prefixes", "sys.prefix", "sys.base_prefix", "sys.exec_prefix", "sys.base_exec_prefix",
          "sys.platlibdir", "sys._framework",
          "sys._home"),
    shows("path", "sys.path", "sys.path_hooks", "sys.meta_path", "sys.pycache_prefix",
          "sys.path_importer_cache.keys()"),
    shows("arguments", "sys.argv", "sys.orig_argv", "sys.warnoptions", "sys._xoptions", "sys.flags",
          options=["-B", "-Xdev"]),
    shows("version", "sys.version", "sys.version_info", "sys.hexversion", "sys.implementation",
          "sys.api_version", "sys.copyright",
          "sys._git", "sys.abiflags", "sys.platform", "sys.byteorder", "sys.maxsize", "sys.maxunicode"),
    shows("numbers", "sys.float_info", "sys.int_info", "sys.hash_info", "sys.thread_info",
          "sys.float_repr_style",
          "sys.getrecursionlimit()", "sys.getswitchinterval()", "sys.getdlopenflags()",
          "sys.get_int_max_str_digits()"),
    shows("encodings", "sys.getdefaultencoding()", "sys.getfilesystemencoding()",
          "sys.getfilesystemencodeerrors()", STREAMS),
    shows("names of modules", "sorted(sys.stdlib_module_names)",
          "sorted({*sys.builtin_module_names} - {'_polyhost', '_polyhost_json'})"),
    shows("modules at the start", "sorted(sys.modules)"),
    shows("modules at the start with -I -S", "sorted(sys.modules)", options=["-I", "-S"]),
    shows("names in sys", "sorted(dir(sys))", "sys.__spec__", "sys.__doc__"),
    shows("names in builtins", "sorted(dir(__builtins__))"),
    shows("hooks", "sys.excepthook", "sys.displayhook", "sys.unraisablehook", "sys.breakpointhook",
          "sys.gettrace()", "sys.getprofile()",
          "sys.get_asyncgen_hooks()", "sys.get_coroutine_origin_tracking_depth()",
          "hasattr(sys, '__interactivehook__')"),
    shows("memory", "sys.getallocatedblocks() > 1000", "__import__('gc').get_threshold()",
          "__import__('gc').isenabled()",
          "__import__('gc').get_debug()", "sys.getsizeof(1), sys.getsizeof([]), sys.getsizeof(sys)",
          "__import__('gc').get_freeze_count()"),
    shows("site", "site.PREFIXES", "site.ENABLE_USER_SITE", "site.USER_SITE", "site.USER_BASE",
          "site.getsitepackages()",
          "site.getusersitepackages()"),
    shows("sysconfig", "sysconfig.get_paths()", "sysconfig.get_scheme_names()",
          "sysconfig.get_default_scheme()",
          "sysconfig.get_platform()", "sysconfig.get_python_version()", "sysconfig.is_python_build()",
          "sysconfig.get_config_h_filename()",
          "sysconfig.get_makefile_filename()", "sysconfig.get_config_var('EXT_SUFFIX')",
          "sysconfig.get_path('include')"),
    *(each(f"sysconfig paths of {scheme}", f"sysconfig.get_paths({scheme!r})") for scheme in
      ("posix_prefix", "posix_user", "posix_home", "posix_local", "deb_system", "venv")),
    each("sysconfig variables", "sysconfig.get_config_vars()", edit=[PROJECT_BASE]),
    each("distutils' variables", "distutils.sysconfig.get_config_vars()",
         "import warnings; warnings.simplefilter('ignore'); import distutils.sysconfig", edit=[PROJECT_BASE]),
    each("implementation-defined configuration", "_testinternalcapi.get_configs()['config']",
         "try: import _testinternalcapi\nexcept ImportError: sys.exit(0)", "('orig_argv',)"),
    each("pre-configuration", "_testinternalcapi.get_configs()['pre_config']",
         "try: import _testinternalcapi\nexcept ImportError: sys.exit(0)"),
    shows("platform", "platform.python_build()", "platform.python_compiler()",
          "platform.python_implementation()", "platform.platform()",
          "platform.architecture()", "platform.libc_ver(sys.executable)[0]", "platform.python_revision()",
          before="import platform"),
    shows("importlib", "importlib.machinery.all_suffixes()",
          "importlib.metadata.version('pip') if 0 else ''", "importlib.util.MAGIC_NUMBER",
          "[os.__spec__, sys.__spec__, importlib.__spec__]", "importlib.util.find_spec('polyhost_no')",
          "len(list(importlib.metadata."
          "distributions())) > 0", before="import importlib.util, importlib.metadata, importlib.machinery"),
    shows("frozen modules", "_imp._frozen_module_names() if 0 else ''", "os.__spec__.loader",
          "_imp.is_frozen_package('__phello__')",
          "__hello__.__spec__", before="import _imp, __hello__"),
    shows("all built-in modules import", "[__import__(m).__name__ for m in sorted(sys.builtin_module_names) "
          "if not m.startswith('_polyhost')]"),
    shows("all extension modules import", "good", "bad", before=(
        "import glob, importlib\ngood, bad = [], []\n"
        "for f in sorted(glob.glob(sysconfig.get_path('platstdlib') + '/lib-dynload/*.so')):\n"
        "    n = os.path.basename(f).split('.')[0]\n"
        "    try: importlib.import_module(n); good.append(n)\n    except ImportError as e: bad.append((n, "
          "str(e)))\n")),
    shows("where extension modules are", "json.__file__, _json, _ctypes, zlib, pyexpat, readline", before=(
        "import json, _json, _ctypes, zlib, pyexpat, readline")),
    shows("versions of libraries", "ssl.OPENSSL_VERSION", "sqlite3.sqlite_version",
          "zlib.ZLIB_RUNTIME_VERSION", "pyexpat.EXPAT_VERSION",
          "readline._READLINE_VERSION", "ctypes.pythonapi.Py_GetVersion", "locale.localeconv()",
          "zlib.ZLIB_VERSION",
          before="import ssl, sqlite3, zlib, pyexpat, readline, ctypes, locale"),
    shows("the C interface by ctypes", "p.Py_IsInitialized(), p.PyLong_AsLong(ctypes.py_object(5))",
          "[n for n in names if not hasattr(p, n)]",
          before="import ctypes; p = ctypes.pythonapi\nnames = 'PyContextVar_Type PyExc_RecursionError "
          "PyRun_SimpleString Py_Main "
          "_PyObject_New PyThread_acquire_lock PyInit__sre Py_BytesMain PyDateTimeAPI _Py_NoneStruct "
          "PyMarshal_WriteObjectToString "
          "_PyImport_FrozenBootstrap PyMember_GetOne PySys_AddAuditHook Py_AtExit PyOS_InputHook'.split()"),
    shows("no second libpython is mapped", "len({os.path.basename(l.split()[-1]) for l in "
          "open('/proc/self/maps') if 'libpython' in l}) <= 1"),
    shows("the standard descriptors", "os.isatty(0), os.get_inheritable(1), os.get_blocking(1)",
          "sys.stdin.fileno()"),
    shows("docs and help", "help", "exit", "license", "copyright", "credits"),
    shows("audit", "events", before="events = []\nsys.addaudithook(lambda e, a: events.append(e))\n"
          "open(os.devnull).close(); exec('1')\n"
          "sys.path_hooks; import decimal; id(1)"),
    shows("hash and order", "hash('a')", "hash(1.5), hash((1, 2)), hash(None) != 0", "{c for c in 'abcdef'}",
          env={"PYTHONHASHSEED": "7"}),
    shows("executable with -I", "sys.executable, sys.flags, sys.path", options=["-I"]),
    shows("executable with -S -E", "sys.executable, sys.flags, sys.path, sorted(sys.modules)", options=["-S",
          "-E"]),
    shows("in a checkout of CPython", "sys.path, sys.prefix", files={"Modules/Setup.local": "",
          "pybuilddir.txt": "build/lib"}),
    shows("multiprocessing's executable", "mp.spawn.get_executable()", "mp.get_start_method()",
          "mp.cpu_count() == os.cpu_count()",
          before="import multiprocessing as mp, multiprocessing.spawn"),
    shows("venv's view", "venv.CORE_VENV_DEPS", "sys.prefix == sys.base_prefix", before="import venv"),
    shows("linecache of -c", "traceback.format_stack()", "inspect.getsourcefile(inspect) == inspect.__file__",
          before="import traceback, inspect"),
    shows("tracemalloc, decimal, time zone", "decimal.HAVE_THREADS, decimal.getcontext()",
          "time.tzname, time.get_clock_info('perf_counter')",
          before="import decimal, time"),
]
