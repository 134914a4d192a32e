# A Debian system made in a directory, to try things in that this machine has otherwise. Sourced, not run; needs bash,
# root, debootstrap and the network. A script that sources it calls `enter_debian SUITE DIR "$@"` first.
#
# DIR must be new or made by the same script; started again, it is used as it is. What is mounted is mounted for the
# script alone, and gone when it ends, however it ends.

me=$(basename "$0")
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")

say() { printf '%s: %s\n' "$me" "$*" >&2; }
stop() {
  say "$*"
  exit 1
}

# The archive that this machine's own Debian packages come from.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    sed -nE 's/^(URIs:|deb( +\[[^]]*\])?) +(https?:[^ ]*\/debian)\/?( .*)?$/\3/p' | head -n 1)
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# Runs a command in the system.
inside() {
  chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    ${http_proxy:+http_proxy="$http_proxy"} DEBIAN_FRONTEND=noninteractive "$@"
}

# Installs packages in the system, with nothing that they only recommend.
install_inside() {
  local states
  states=$(inside dpkg-query --show --showformat='${db:Status-Status}\n' "$@" 2>/dev/null) &&
    [[ $(sort -u <<<"$states") == installed ]] && return
  say "installing $*"
  inside apt-get update -qq >&2
  inside apt-get install -y -qq --no-install-recommends "$@" >&2
}

# enter_debian SUITE DIR [arguments of the script...]: makes the system, $system, unless it is there, and mounts what
# programs in it need.
enter_debian() {
  local suite=$1
  shift
  [[ $# -ge 1 && $1 != -* ]] || stop "usage: $0 DIR [arguments]"
  [[ $EUID == 0 ]] || stop "only root can make a system to chroot into: start it by sudo"
  command -v debootstrap >/dev/null || stop "debootstrap is missing: apt-get install debootstrap"
  if [[ ${POLYHOST_MOUNTS:-} != own ]]; then
    POLYHOST_MOUNTS=own exec unshare --mount --propagation private "$0" "$@"
  fi
  system=$(readlink -m "$1")
  # Under another name until it is whole.
  if [[ $(cat "$system/etc/polyhost" 2>/dev/null) != "made by $me" ]]; then
    [[ ! -e $system ]] || rmdir "$system" 2>/dev/null || stop "$system is not empty, and not made by this script"
    rm -rf --one-file-system "$system.part"
    say "making Debian $suite in $system, from $(mirror)"
    mkdir -p "$system.part"
    debootstrap --variant=minbase "$suite" "$system.part" "$(mirror)" >&2
    echo "made by $me" >"$system.part/etc/polyhost"
    mv -T "$system.part" "$system"
  fi
  cp -L /etc/resolv.conf "$system/etc/resolv.conf"
  mount -t proc proc "$system/proc"
  mount --rbind /dev "$system/dev"
}
