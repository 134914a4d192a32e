#!/usr/bin/env bash
# Compares polyhost with the newest peers: makes a Debian 13 system in a directory, builds polyhost in it with CPython
# 3.13, runs the tests there, and then `polyhost bench` beside nanobind, pybind11, Cython and cffi.
#
#   tests/bench/peers.sh DIR [bench arguments]   as root; needs debootstrap, the network, and 2 GB
#
# DIR must be new or made by this script; started again, it goes on where it was interrupted and builds what has
# changed. What is mounted is mounted for this script alone, and gone when it ends, however it ends.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")

say() { printf 'peers.sh: %s\n' "$*" >&2; }
stop() {
  say "$*"
  exit 1
}

[[ $# -ge 1 && $1 != -* ]] || stop "usage: tests/bench/peers.sh DIR [bench arguments]"
[[ $EUID == 0 ]] || stop "only root can make a system to chroot into: start it by sudo"
command -v debootstrap >/dev/null || stop "debootstrap is missing: apt-get install debootstrap"
if [[ ${POLYHOST_PEERS_MOUNTS:-} != own ]]; then
  POLYHOST_PEERS_MOUNTS=own exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$@"
fi
system=$(readlink -m "$1")
shift

# The archive that this machine's own Debian packages come from.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    sed -nE 's/^(URIs:|deb( +\[[^]]*\])?) +(https?:[^ ]*\/debian)\/?( .*)?$/\3/p' | head -n 1)
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

inside() {
  chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    ${http_proxy:+http_proxy="$http_proxy"} DEBIAN_FRONTEND=noninteractive "$@"
}

# Debian's minimal system, under another name until it is whole.
if [[ ! -e $system/etc/polyhost-peers ]]; then
  [[ ! -e $system ]] || rmdir "$system" 2>/dev/null || stop "$system is not empty, and not made by this script"
  rm -rf --one-file-system "$system.part"
  say "making Debian 13 in $system, from $(mirror)"
  mkdir -p "$system.part"
  debootstrap --variant=minbase trixie "$system.part" "$(mirror)" >&2
  echo "made by tests/bench/peers.sh of polyhost" >"$system.part/etc/polyhost-peers"
  mv -T "$system.part" "$system"
fi
cp -L /etc/resolv.conf "$system/etc/resolv.conf"
mount -t proc proc "$system/proc"
mount --rbind /dev "$system/dev"

# The peers; what polyhost itself needs, scripts/test installs.
peers="nanobind-dev pybind11-dev cython3 python3-cffi python3-setuptools"
if ! inside dpkg-query --show $peers >/dev/null 2>&1; then
  say "installing $peers"
  inside apt-get update -qq >&2
  inside apt-get install -y -qq --no-install-recommends $peers >&2
fi

# A copy of the tree, with the files' times, so that only what has changed is built again.
mkdir -p "$system/polyhost"
find "$system/polyhost" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf --one-file-system {} +
tar -C "$root" --exclude=./build --exclude=./.git --exclude='*.so' -cf - . |
  tar -C "$system/polyhost" --no-same-owner -xf -

# What fails on a busy machine (python.timing compares times) does not keep the figures back.
tests=passed
inside /polyhost/scripts/test release >&2 || tests=failed
inside /polyhost/build/release/polyhost bench "$@"
[[ $tests == passed ]] || stop "the tests failed: see above the table"
