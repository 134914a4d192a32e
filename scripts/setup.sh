# What scripts/run, scripts/test and .ci/run share: packages, configuring, building. Sourced, not run; needs bash.
# Everything it says goes to stderr, so that a script's own output stays clean.

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=$(readlink -f "$0") && me=${me#"$root"/}
presets="release debug clang asan tsan tuned"

say() { printf '%s: %s\n' "$me" "$*" >&2; }
stop() {
  say "$*"
  exit 1
}

# A package and what it is for, one a line.
base_packages() {
  cat <<'END'
g++                 the C++ compiler
cmake               configures the build
ninja-build         runs the build
python3             the Python to embed: its standard library, and the interpreter that the build asks
libpython3-dev      the Python to embed: headers and libpython
zlib1g-dev          linked into the binary, as libpython needs it
libexpat1-dev       linked into the binary, as libpython needs it
libspdlog-dev       the host's messages
libfmt-dev          formats the host's messages
nlohmann-json3-dev  writes the JSON report
libfast-float-dev   rounds the numbers that polyhost.json reads
libdragonbox-dev    finds the shortest digits of those that it writes
doctest-dev         unit tests
pybind11-dev        the peer that the benchmarks compare with
pkg-config          finds the libraries that a .cpp asks for
mypy                checks the type stubs, in the tests
python3-hypothesis  makes up documents, in the tests of polyhost.json
python3-numpy       makes arrays, in the tests of polyhost.json
dpkg-dev            finds what the .deb depends on, in the tests
file                tells programs from other files, for the .deb
END
}
clang_packages() {
  cat <<'END'
clang               the second compiler, for the clang preset
END
}
check_packages() {
  cat <<'END'
clang-tidy          checks the code
clang-format        checks the layout of the code
END
}
browser_packages() {
  cat <<'END'
chromium-driver     opens the HTML report in a real browser, in the tests
python3-selenium    drives it
END
}
# Needs python3, whose version is in the name.
parity_packages() {
  cat <<END
libpython$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_python_version())')-testsuite CPython's own tests, which polyhost is compared with python3 on
python3-venv        venvs with pip, for the same comparison
END
}
tuned_packages() {
  cat <<'END'
systemtap-sdt-dev   the trace points that Debian's CPython has
libbluetooth-dev    the sockets that it has
END
}

# The lines of stdin whose package is not installed.
missing_packages() {
  local table installed
  table=$(cat)
  # Fails where one is not known at all; the others are printed all the same.
  installed=$(awk '{print $1}' <<<"$table" |
    xargs dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' 2>/dev/null || true)
  awk 'NR == FNR { if ($2 == "installed") have[$1] = 1; next } !($1 in have)' \
    <(printf '%s\n' "$installed") <(printf '%s\n' "$table")
}

# install_packages TABLE...: installs what is missing from the tables named.
install_packages() {
  local missing table packages
  if ! command -v dpkg-query >/dev/null; then
    [[ -e $root/build/release/build.ninja ]] && return
    say "this is not Debian, so nothing is installed; these Debian packages, or their like, must be there:"
    for table; do "${table}_packages"; done | sed 's/^/  /' >&2
    return
  fi
  missing=$(for table; do "${table}_packages"; done | missing_packages)
  [[ -z $missing ]] && return
  say "these packages are missing:"
  sed 's/^/  /' <<<"$missing" >&2
  mapfile -t packages < <(awk '{print $1}' <<<"$missing")
  if [[ $EUID != 0 ]]; then
    say "install them with this line, and then start $me again:"
    printf '  sudo apt-get install --no-install-recommends %s\n' "${packages[*]}" >&2
    exit 1
  fi
  say "installing them"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2 || stop "apt-get update failed: see above; is the network there?"
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2 ||
    stop "apt-get install failed: see above"
}

# cached VARIABLE DIRECTORY: the value in a build directory's cache.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$2/CMakeCache.txt"; }

# Configures build/PRESET unless that is done. The build configures again by itself where a CMake file has changed.
configure() {
  local preset=$1 directory=$root/build/$1 reason="" options=()
  if [[ -e $directory/CMakeCache.txt ]]; then
    local source generator
    source=$(cached CMAKE_HOME_DIRECTORY "$directory")
    generator=$(cached CMAKE_GENERATOR "$directory")
    if [[ ! $source -ef $root ]]; then
      reason="it was made for ${source:-no known sources}"
    elif [[ $generator != Ninja ]]; then
      reason="it was made for ${generator:-no known generator}, not for Ninja"
    elif [[ ! -e $directory/build.ninja ]]; then
      reason="an earlier configuration did not get to its end"
    elif [[ ! $root/CMakePresets.json -nt $directory/build.ninja ]]; then
      return 0
    fi
    if [[ -n $reason ]]; then
      say "configuring build/$preset afresh: $reason"
      options=(--fresh)
    fi
  fi
  (cd "$root" && cmake --preset "$preset" "${options[@]}" >&2) ||
    stop "configuring build/$preset failed: the reason stands above; if it is none of yours, rm -rf '$directory' and start again"
}

# Drops what the build says when there is nothing to do.
progress() { grep --line-buffered -vE '^(\[0/[0-9]+\] Re-checking globbed directories\.\.\.|ninja: no work to do\.)$' >&2 || true; }

# build PRESET [TARGET...]: configures and builds; one at a time, since two builds in a directory spoil each other.
build() {
  local preset=$1
  shift
  mkdir -p "$root/build"
  (
    flock 9
    configure "$preset"
    cmake --build "$root/build/$preset" ${1:+--target "$@"} 9>&- | progress
    [[ ${PIPESTATUS[0]} == 0 ]] || stop "building build/$preset failed: the first error above is the reason"
  ) 9>"$root/build/.lock" || exit 1
}
