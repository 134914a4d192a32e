#!/usr/bin/env bash
# Builds libpython from the distribution's source package, optimised by profile and for link-time optimisation.
#
#   tuned_python.sh DIRECTORY PYTHON        makes DIRECTORY/libpython3.x.a
#
# Each stage leaves a stamp in DIRECTORY, so that an interrupted build goes on where it was; what it depends on and has changed
# (the installed package, this script, the training) is done again. Nothing outside DIRECTORY is
# changed: the package lists for the source are its own. What is built is configured as the distribution's PYTHON is, has
# the same built-in modules and uses the same standard library; only the compiler's options are ours.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
unset CC CFLAGS CPPFLAGS LDFLAGS # configure would take them
mkdir -p "$1"
directory=$(cd "$1" && pwd)
python=$2
jobs=$(nproc)
build=$directory/build
# Debian compiles with -O3, too, and hardens what it ships alike.
optimise="-g0 -O3 -fno-pie -march=x86-64-v2 -fno-semantic-interposition -fstack-protector-strong -D_FORTIFY_SOURCE=2"
[[ $(uname -m) == x86_64 ]] || optimise=${optimise/-march=x86-64-v2 /}

say() { printf 'tuned python: %s\n' "$*" >&2; }
stop() {
  say "$*"
  exit 1
}
# fact EXPRESSION: of the distribution's Python.
fact() { "$python" -I -c "import sys, sysconfig; print($1)"; }

package=python$(fact "sysconfig.get_python_version()")
config=$(fact "sysconfig.get_config_var('LIBPL')")
archive=lib$package.a
installed=$(dpkg-query --show --showformat='${source:Version}' "lib$package-dev")

# stage NAME COMMAND...: the command, unless it has been done; its output goes to DIRECTORY/NAME.log.
stage() {
  local name=$1 start=$SECONDS
  shift
  [[ -e $directory/$name.done ]] && return
  say "$name (log: $directory/$name.log)"
  # Not as the condition of an `if`, where bash would go on after a failure in the middle of the stage.
  local status=0
  set +e
  (
    set -euo pipefail
    "$@"
  ) >"$directory/$name.log" 2>&1
  status=$?
  set -e
  if [[ $status != 0 ]]; then
    { grep -m 3 ' error: ' "$directory/$name.log" || true; tail -n 4 "$directory/$name.log"; } | cut -c 1-300 >&2
    stop "$name failed: see above and $directory/$name.log; started again, the build goes on from here"
  fi
  touch "$directory/$name.done"
  say "$name took $((SECONDS - start)) s"
}

# apt's own way, but for source packages and with lists of our own.
apt() {
  local tool=$1
  shift
  "$tool" -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$directory/apt/sources.list.d" \
    -o Dir::State::Lists="$directory/apt/lists" -o Dir::Cache="$directory/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

list_sources() {
  local file
  mkdir -p "$directory"/apt/{sources.list.d,lists/partial,cache/archives/partial}
  for file in /etc/apt/sources.list.d/*.sources; do
    if [[ -e $file ]]; then
      sed 's/^Types:.*/Types: deb-src/' "$file" >"$directory/apt/sources.list.d/$(basename "$file")"
    fi
  done
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } | sed -n 's/^deb /deb-src /p' \
    >"$directory/apt/sources.list.d/lines.list"
  apt apt-get update
}

# Of the very version that is installed: the standard library counts on what its interpreter has mended.
download_source() {
  cd "$directory"
  if ! apt apt-get source --download-only "$package=$installed"; then
    echo "The source of $package $installed, which is installed, cannot be had. There is: $(
      apt apt-cache showsrc "$package" | sed -n 's/^Version: //p' | sort -uV | tr '\n' ' ')"
    echo "Install one of these versions, all packages of it that are installed (apt-get install $package=VERSION ...), or wait."
    rm -f "$directory/sources.done"  # the lists may be old
    return 1
  fi
  rm -rf source
  dpkg-source --extract ./"${package}_${installed#*:}".dsc source
}

configure_python() {
  local arguments
  rm -rf "$build"
  mkdir "$build"
  cd "$build"
  # The distribution's own, without its compiler's options and the shared library.
  eval "arguments=($(fact "sysconfig.get_config_var('CONFIG_ARGS')"))"
  local kept=() argument
  for argument in "${arguments[@]}"; do
    [[ $argument =~ ^(--enable-shared|(CC|CFLAGS|LDFLAGS|CPPFLAGS)=) ]] || kept+=("$argument")
  done
  ../source/configure "${kept[@]}" AR=gcc-ar RANLIB=gcc-ranlib CFLAGS=-fwrapv
  cp "$config/Setup.local" Modules/Setup.local                              # the same built-in modules
  cp "$(fact "sysconfig.get_config_h_filename()")" pyconfig.h               # the same features
}

instrument() {
  cd "$build"
  make -j"$jobs" python EXTRA_CFLAGS="$optimise -fprofile-generate" LINKCC="gcc -no-pie -fprofile-generate"
}

# The standard library is the distribution's: PYTHONHOME says where.
train() {
  cd "$build"
  find . -name '*.gcda' -delete
  local round
  export PYTHONHOME
  PYTHONHOME=$(fact "sys.base_prefix")
  for round in 1 2 3; do
    ./python -s "$here/training.py"
    ./python -c pass
    ./python -S -c pass
  done
}

# The programs that freeze modules are kept: what they make does not change.
compile_with_profile() {
  cd "$build"
  find . -name '*.o' -delete
  touch Programs/_freeze_module _bootstrap_python
  # sys.version and python3 -VV name a build: the distribution's, of which this is the very source.
  export SOURCE_DATE_EPOCH
  SOURCE_DATE_EPOCH=$(fact "__import__('calendar').timegm(__import__('time').strptime(
    __import__('platform').python_build()[1], '%b %d %Y %H:%M:%S'))")
  make -j"$jobs" -o Programs/_freeze_module -o _bootstrap_python "$archive" \
    EXTRA_CFLAGS="$optimise -fprofile-use -fprofile-correction -Wno-missing-profile -flto -fno-fat-lto-objects"
}

command -v dpkg-source >/dev/null || stop "the package dpkg-dev is missing: apt-get install dpkg-dev"
if [[ $(cat "$directory/installed" 2>/dev/null) != "$package $installed" ]]; then
  rm -f "$directory"/*.done
  echo "$package $installed" >"$directory/installed"
fi
[[ ${BASH_SOURCE[0]} -nt $directory/configure.done ]] && rm -f "$directory"/{configure,instrument,train,compile}.done
[[ $here/training.py -nt $directory/train.done ]] && rm -f "$directory"/{train,compile}.done
stage sources list_sources
stage source download_source
stage configure configure_python
stage instrument instrument
stage train train
stage compile compile_with_profile
cp "$build/$archive" "$directory/$archive.new"
mv "$directory/$archive.new" "$directory/$archive"
