#!/bin/sh
# Trains everything, in parts that go on where they stood.
#
#   Training/train.sh PART ROOT PROGRAM OUT
#
# PART: data, codec, image, rollout, video, ablation, raft, deliver, or all. ROOT keeps data and states. PROGRAM:
# lvcd-bench, or a bundle's lvcd-generate. OUT receives weights, curves and reports.
# DEVICE=cuda takes large batches, 16-bit floats, and data in the GPU's memory; COMPILE= switches compilation off there.
# Minutes per part are set by MINUTES_CODEC, MINUTES_IMAGE, MINUTES_ROLLOUT, MINUTES_VIDEO and MINUTES_RAFT.
set -eu
part=$1 root=$(realpath -m "$2") program=$(realpath -m "$3") out=$(realpath -m "$4")
cd "$(dirname "$0")"
python=${PYTHON:-python3}
device=${DEVICE:-cpu}
cores=$(nproc)
kept='--validate-every 500'
rollout='--rollout-share 1'
# Levels at which colours are chosen, and levels that decide how clean flat areas are.
chosen='--noise-mean 1.5' clean='--low-noise-share 0.2'

if [ "$device" = cuda ]; then
  speed="--config gpu.json --device cuda --resident --workers $cores --threads 4 ${COMPILE---compile}"
  codec='--clips 128 --rate 1e-3' image='--clips 96 --rate 3e-3 --average 0.998' video='--clips 24 --rate 7e-4'
  raft='--clips 24' evaluation='--batch 12'
  codec_steps=1500 raft_steps=1000
  codec_minutes=3 image_minutes=6 rollout_minutes=3 video_minutes=3 raft_minutes=6
else
  speed="--threads ${THREADS:-1}"
  codec='' image='' video='' raft='' evaluation=''
  codec_steps=3000 raft_steps=1500
  codec_minutes=90 image_minutes=400 rollout_minutes=120 video_minutes=60 raft_minutes=240
fi

stage() { $python -m lvcd_training "$@" --root "$root" $speed --save-minutes 2 $kept; }

# finish NAME STEPS OPTIONS...: a copy of a run whose rate falls to zero.
finish() {
  name=$1 steps=$2
  shift 2
  stage "$name" "$@" --finish "$steps"
}

# ablate NAME OPTIONS...: as many steps as the full model has made, the first of them shared with it.
ablate() {
  name=$1
  shift
  steps=$($python -m lvcd_training steps --root "$root" --run "$name")
  stage "$name" --ablation --branch "$root/runs/$name-shared.state" --steps "$steps" "$@"
}

# keep NAME: where the ablation will branch off.
keep() { [ -f "$root/runs/$1-shared.state" ] || cp "$root/runs/$1.state" "$root/runs/$1-shared.state"; }

deliver() {
  mkdir -p "$out"
  stage export --output "$out/lvcd-mini.safetensors"
  for set in similar general; do
    stage evaluate --weights "$out/lvcd-mini.safetensors" --sets $set $evaluation --output "$root/evaluation"
  done
  if [ -f "$root/runs/image-ablation.state" ]; then
    stage export --ablation --output "$out/lvcd-mini-no-reference-attention.safetensors"
  fi
  if [ -f "$root/runs/raft.state" ]; then
    stage export-raft --output "$out/raft-small-project.safetensors"
    stage evaluate-raft --weights "$out/raft-small-project.safetensors" --output "$root/evaluation"
  fi
  (cd "$root" && tar -czf "$out/reports.tar.gz" data/manifest.json evaluation runs/*.csv runs/*.png)
}

run() {
  case $1 in
  data) $python -m lvcd_training data --root "$root" --program "$program" --jobs "$cores" ;;
  codec)
    stage codec $codec --minutes "${MINUTES_CODEC:-$codec_minutes}"
    finish codec $codec_steps $codec
    ;;
  image)
    stage image $image --minutes "${MINUTES_IMAGE:-$image_minutes}"
    keep image
    ;;
  rollout) stage image $image $rollout $chosen --minutes "${MINUTES_ROLLOUT:-$rollout_minutes}" ;;
  video)
    stage video $video --minutes "${MINUTES_VIDEO:-$video_minutes}"
    keep video
    stage video $video $rollout $clean --minutes "${MINUTES_VIDEO:-$video_minutes}"
    ;;
  ablation)
    ablate image $image $rollout $chosen
    ablate video $video $rollout $clean
    ;;
  raft)
    stage raft $raft --minutes "${MINUTES_RAFT:-$raft_minutes}"
    finish raft $raft_steps $raft
    ;;
  deliver) deliver ;;
  all) for name in data codec image rollout video ablation raft deliver; do run $name; done ;;
  *)
    echo "unknown part '$1': data, codec, image, rollout, video, ablation, raft, deliver or all" >&2
    exit 64
    ;;
  esac
}

run "$part"
