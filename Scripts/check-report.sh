#!/usr/bin/env bash
# Scores the embedded sets from nothing and compares the tables with Reports/Published/embedded; --update rewrites those.
# Only rows without a network and metrics that need no weights: the report must be the same on every machine.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-.build/release/lvcd-bench}
published=Reports/Published/embedded
# RUN keeps the run folder, for `make gate` to judge.
if [ -z "${RUN:-}" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  RUN=$scratch/run
fi
"$program" run quality/run.json -o "$RUN" --no-progress >/dev/null
if [ "${2:-}" = --update ]; then
  mkdir -p "$published"
  cp "$RUN"/report/table{1,2,3}.{md,csv} "$published/"
  exit 0
fi
for file in "$published"/table*.md "$published"/table*.csv; do
  name=$(basename "$file")
  diff -u "$file" "$RUN/report/$name" || { echo "check-report: $name differs from the committed report" >&2; exit 1; }
done
echo "check-report: the report on the embedded sets equals the committed one"
