#!/usr/bin/env bash
# Runs the embedded sets and judges them against a baseline: the plain recipe for any CI.
# Usage: gate.sh [PROGRAM]. The environment may name BASELINE, RULES, RUN (run folder), JUNIT, and RUN_OPTIONS (words
# for `lvcd-bench run`); on GitHub the findings become annotations and a step summary.
# The exit code is the gate's: 0 passed, 2 regression, 4 outside, 5 cannot be compared.
set -euo pipefail
PROGRAM=${1:-${PROGRAM:-lvcd-bench}}
BASELINE=${BASELINE:-Reports/Published/embedded/baseline.json}
RULES=${RULES:-Reports/Published/embedded/gate.json}
RUN=${RUN:-runs/gate}
JUNIT=${JUNIT:-$RUN/gate.xml}
RUN_OPTIONS=${RUN_OPTIONS:---suite similar --suite general --metrics psnr,ssim,edmd}

# shellcheck disable=SC2086 -- the options are words
"$PROGRAM" run $RUN_OPTIONS -o "$RUN" --quiet > /dev/null
exec "$PROGRAM" gate "$RUN" --baseline "$BASELINE" --rules "$RULES" --junit "$JUNIT" ${GITHUB_ACTIONS:+--github}
