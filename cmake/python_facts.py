# Prints what CMake must know of the Python that runs this, one NAME=VALUE a line.
import os
import platform
import sys
import sysconfig

var = sysconfig.get_config_var
folder = var("LIBPL") or ""
archive = os.path.join(folder, f"libpython{var('LDVERSION')}.a")
libraries = dict.fromkeys((var("MODLIBS") + " " + var("LIBS") + " " + var("SYSLIBS")).split())
# Built-in modules may need archives of their own (_sha2 does, from 3.12 on), which Debian 13 does not ship.
parts = [name for name in libraries if name.endswith(".a")]
whole = os.path.isfile(archive) and all(os.path.isfile(os.path.join(folder, part)) for part in parts)
shared = os.path.join(var("LIBDIR") or "", var("INSTSONAME") or "")
facts = {
    "IMPLEMENTATION": platform.python_implementation(),
    "VERSION": platform.python_version(),
    "PREFIX": sys.base_prefix,
    "EXEC_PREFIX": sys.base_exec_prefix,
    "INCLUDE": sysconfig.get_path("include"),
    "EXT_SUFFIX": var("EXT_SUFFIX"),
    "STATIC_LIBRARY": archive if whole else "",
    "SHARED_LIBRARY": shared if ".so" in shared and os.path.isfile(shared) else "",
    "LIBRARIES": " ".join(os.path.join(folder, name) if name in parts else name for name in libraries),
}
for name, value in facts.items():
    print(f"{name}={value}")
