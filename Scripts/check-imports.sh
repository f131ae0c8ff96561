#!/usr/bin/env bash
# Imports go down only: each module may import what Package.swift lists for it, metrics, baselines and reports never
# import one another, and the C libraries belong to one module each.
set -euo pipefail
cd "$(dirname "$0")/.."
fail=0
forbid() { # folder, modules
  local found
  found=$(grep -rnE "^(public |internal |package |private |@testable )*import ($2)\$" --include='*.swift' "$1" || true)
  if [ -n "$found" ]; then echo "import against the direction of the architecture:" >&2; echo "$found" >&2; fail=1; fi
}
forbid Sources/EvalCore 'Media|Imaging|Perception|Metrics|Baselines|Reports|Evaluation|Cartoon'
forbid Sources/Imaging 'Media|Perception|Metrics|Baselines|Reports|Evaluation'
forbid Sources/Media 'Perception|Metrics|Baselines|Reports|Evaluation'
forbid Sources/Perception 'Media|Metrics|Baselines|Reports|Evaluation'
forbid Sources/WeightStore 'Media|Imaging|Perception|Metrics|Baselines|Reports|Evaluation|NeuralLayers'
forbid Sources/LinearAlgebra 'EvalCore|TensorCore|Checkpoints|Metrics'
forbid Metrics 'Media|LVCDModel|Baselines|Reports|Evaluation'
forbid Baselines 'Media|LVCDModel|Metrics|Reports|Evaluation'
forbid Reports 'Media|Metrics|Baselines|Evaluation|Imaging|Perception'
forbid Sources/LVCD 'Media|Metrics|Baselines|Reports|Evaluation'
forbid Sources/Evaluation 'Reports|LVCDBench'
forbid Sources/SceneCuts 'Media|Perception|Metrics|Baselines|Reports|Evaluation'
forbid Sources/ClipBuilding 'Metrics|Baselines|Reports|Evaluation'
forbid Sources/Statistics 'Comparison|Media|Metrics|Baselines|Reports|Evaluation|Imaging|Perception'
forbid Sources/Comparison 'Media|Metrics|Baselines|Reports|Evaluation|Imaging|Perception'
for folder in Sources/EvalCore Sources/SceneCuts Sources/ClipBuilding Sources/Evaluation Sources/Imaging Sources/Perception Sources/Cartoon Sources/LVCD Metrics Baselines Reports Sources/LVCDBench; do
  forbid "$folder" 'CFFmpeg|CPNG'
done
exit $fail
