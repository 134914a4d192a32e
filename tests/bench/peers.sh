#!/usr/bin/env bash
# Compares polyhost with the newest peers: makes a Debian 13 system in a directory, builds polyhost in it with CPython
# 3.13, runs the tests there, then `polyhost bench` beside nanobind, pybind11, Cython and cffi, and json_speed.py beside
# orjson and msgspec.
#
#   tests/bench/peers.sh DIR [bench arguments]   as root; needs debootstrap, npm, the network, and 2 GB
#
# Started again, it goes on where it was interrupted and builds what has changed; tests/debian.sh says what DIR may be.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../debian.sh"
enter_debian trixie "$@"
shift

# The peers; what polyhost itself needs, scripts/test installs.
install_inside nanobind-dev pybind11-dev cython3 python3-cffi python3-setuptools python3-orjson python3-msgspec
documents=/srv/json
"$root"/tests/bench/json_data.sh "$system$documents"

checkout=/srv/checkout
# A copy of the tree, with the files' times, so that only what has changed is built again.
mkdir -p "$system$checkout"
find "$system$checkout" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf --one-file-system {} +
tar -C "$root" --exclude=./build --exclude=./.git --exclude='*.so' -cf - . |
  tar -C "$system$checkout" --no-same-owner -xf -

# What fails on a busy machine (python.timing compares times) does not keep the figures back.
tests=passed
inside "$checkout"/scripts/test release >&2 || tests=failed
inside "$checkout"/build/release/polyhost bench "$@"
inside "$checkout"/build/release/polyhost "$checkout"/tests/bench/json_speed.py "$documents"
[[ $tests == passed ]] || stop "the tests failed: see above the tables"
