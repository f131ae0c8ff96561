#!/usr/bin/env bash
# Installs the Debian packages this project builds with, by name, and only those that are missing.
set -euo pipefail
packages=(libopenblas-dev liblapacke-dev libpng-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev
  libcairo2-dev libssl-dev libhdf5-dev zlib1g-dev pkg-config "$@")
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
