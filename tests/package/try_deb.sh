#!/usr/bin/env bash
# Installs a polyhost.deb in a clean Debian 12 made in a directory, and uses it there: a script, C++ for a script, the
# consumer project, its removal.
#
#   tests/package/try_deb.sh DIR FILE.deb   as root; needs debootstrap, the network, and 1 GB
#
# FILE.deb is what `cpack --config build/PRESET/CPackConfig.cmake` makes. tests/debian.sh says what DIR may be.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../debian.sh"
[[ $# == 2 && -f $2 ]] || stop "usage: tests/package/try_deb.sh DIR FILE.deb"
enter_debian bookworm "$@"

# expect TEXT COMMAND...: the command, in the system's /work, must say that, whatever else it says.
expect() {
  local text=$1 said
  shift
  said=$(inside sh -c 'cd /work && exec "$@"' sh "$@" 2>&1) || true
  [[ $said == *"$text"* ]] || stop "expected '$text' of: $* -- but it said: $said"
  say "as expected: $* -> $text"
}

rm -rf --one-file-system "$system/work"
mkdir "$system/work"
cp "$2" "$system/work/polyhost.deb"
cp -r "$root/tests/consumer" "$system/work/"
cat >"$system/work/kernels.cpp" <<'END'
#include <polyhost/native.hpp>

POLYHOST_EXPORT int twice(int x) { return 2 * x; }
END
echo 'import kernels, ssl, sqlite3; print("twice:", kernels.twice(21))' >"$system/work/script.py"

# A clean system: what earlier tries have installed is gone.
inside apt-get update -qq >&2
inside apt-get purge -y -qq --autoremove polyhost g++ cmake libpython3-dev zlib1g-dev libexpat1-dev >&2 || true
rm -rf --one-file-system "$system/root/.cache/polyhost"
inside apt-get install -y -qq --no-install-recommends /work/polyhost.deb >&2

expect "polyhost " polyhost version
expect "[1, 4, 9]" polyhost -c 'import json; print(json.loads("[1, 4, 9]"))'
expect "apt-get install g++" polyhost script.py
install_inside g++
expect "apt-get install libpython3-dev" polyhost script.py
install_inside libpython3-dev
expect "twice: 42" polyhost script.py
expect "kernels.cpython-311" polyhost build kernels.cpp
expect "twice: 42" python3 -c 'import kernels; print("twice:", kernels.twice(21))'
expect "needs the program polyhost" python3 -c 'import polyhost; polyhost.cpp'
expect "[1, 4, 9]" python3 -c 'import polyhost.json; print(polyhost.json.loads("[1, 4, 9]"))'
install_inside cmake make zlib1g-dev libexpat1-dev
inside cmake -S /work/consumer -B /work/build >&2
inside cmake --build /work/build >&2
expect "100% tests passed" ctest --test-dir build --output-on-failure
inside apt-get remove -y -qq polyhost >&2
[[ ! -e $system/usr/bin/polyhost && ! -e $system/usr/include/polyhost ]] || stop "its removal leaves files"
say "all as expected"
