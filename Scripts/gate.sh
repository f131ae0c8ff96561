#!/usr/bin/env bash
# Runs what RUN_OPTIONS says and judges it against a baseline: the plain recipe for any CI.
# Usage: BASELINE=FILE RULES=FILE gate.sh [PROGRAM]. The environment may also name RUN (run folder), JUNIT, and
# RUN_OPTIONS (words for `lvcd-bench run`); on GitHub the findings become annotations and a step summary.
# The exit code is the gate's: 0 passed, 2 regression, 4 outside, 5 cannot be compared.
set -euo pipefail
PROGRAM=${1:-${PROGRAM:-lvcd-bench}}
: "${BASELINE:?name the baseline file}" "${RULES:?name the file of rules}"
RUN=${RUN:-runs/gate}
JUNIT=${JUNIT:-$RUN/gate.xml}
RUN_OPTIONS=${RUN_OPTIONS:---suite similar --suite general --metrics psnr,ssim,edmd}

# shellcheck disable=SC2086 -- the options are words
"$PROGRAM" run $RUN_OPTIONS -o "$RUN" --quiet > /dev/null
exec "$PROGRAM" gate "$RUN" --baseline "$BASELINE" --rules "$RULES" --junit "$JUNIT" ${GITHUB_ACTIONS:+--github}
