#!/usr/bin/env bash
# Fetches the documents that json_speed.py reads, unless they are there: those of simdjson, from its npm package (24 MB).
#
#   tests/bench/json_data.sh DIR     needs npm and the network
set -euo pipefail

documents=(twitter.json citm_catalog.json canada.json github_events.json)
package=simdjson@0.9.2

stop() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

all_there() {
  local document
  for document in "${documents[@]}"; do
    [[ -s $folder/$document ]] || return 1
  done
}

[[ $# == 1 && $1 != -* ]] || stop "usage: $0 DIR"
folder=$1
all_there && exit
command -v npm >/dev/null || stop "npm is missing, which $package is fetched by: apt-get install npm"
mkdir -p "$folder"
# Within the folder, so that each document comes into its place whole.
fetched=$(mktemp -d "$folder/fetched.XXXXXX")
trap 'rm -rf "$fetched"' EXIT
npm pack --silent --pack-destination "$fetched" "$package" >"$fetched/name" || stop "npm could not fetch $package"
tar -C "$fetched" --no-same-owner -xzf "$fetched/$(tail -n 1 "$fetched/name")" \
  "${documents[@]/#/package/jsonexamples/}"
for document in "${documents[@]}"; do
  chmod 644 "$fetched/package/jsonexamples/$document"
  mv "$fetched/package/jsonexamples/$document" "$folder/$document"
done
