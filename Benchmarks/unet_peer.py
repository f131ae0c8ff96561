"""Times one step of the video UNet beside diffusers' UNetSpatioTemporalConditionModel.

    swift build -c release --product lvcd-bench
    taskset -c 0 python Benchmarks/unet_peer.py [--program .build/release/lvcd-bench] [--rounds 3] [--threads 1]

Both networks have half the published width (160 channels at the first level, 5, 10, 20 and 20 heads), random weights, 14
frames and latents of 40x72; there is no ControlNet and no reference frame, which diffusers does not have. Ours reads a
half-precision file, as it does in use, and computes in float32; diffusers holds and computes in float32. Every run is a
process of its own that times its second call by its own processor time, in alternation; memory is the most that the
system counted as resident, libraries and file pages included. PyTorch runs in its default and in its channels-last
layout; the better one counts. Prints Markdown and exits with 1 when our step is less than 1.3 times faster or needs more
than half the memory. Needs torch, diffusers, accelerate and NumPy.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import official_weights

CHANNELS = 160
HEADS = (5, 10, 20, 20)
FRAMES, HEIGHT, WIDTH = 14, 40, 72
LAYOUTS = ("default", "channels-last")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", default=".build/release/lvcd-bench")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--packed-weights", type=int, default=256, help="mebibytes, see 'bench unet'")
parser.add_argument("--keys", default="Tests/Golden/lvcd-checkpoint-keys.tsv")
parser.add_argument("--peer", choices=LAYOUTS, help=argparse.SUPPRESS)
arguments = parser.parse_args()


def peer(layout):
    """One process of PyTorch: prints the processor time of its second call."""
    import torch
    from diffusers import UNetSpatioTemporalConditionModel

    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    model = UNetSpatioTemporalConditionModel(
        block_out_channels=tuple(CHANNELS * factor for factor in (1, 2, 4, 4)), num_attention_heads=HEADS,
        num_frames=FRAMES).eval()
    if layout == "channels-last":
        # The temporal kernels have five dimensions and stay as they are.
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.to(memory_format=torch.channels_last)
    sample = torch.randn(1, FRAMES, 8, HEIGHT, WIDTH)
    context, scalars = torch.randn(1, 1, 1024), torch.tensor([[6.0, 160.0, 0.0]])
    model(sample, 0.5, context, scalars)
    start = time.process_time()
    result = model(sample, 0.5, context, scalars).sample
    seconds = (time.process_time() - start) / arguments.threads
    print(json.dumps({
        "seconds": seconds, "sum": result.sum().item(),
        "weights": sum(weight.numel() for weight in model.parameters())}))


def configuration():
    """The entry of our weight file that tells the network's sizes."""
    return {
        "video_frames": FRAMES, "overlap": 4, "group_norm_groups": 32, "model_channels": CHANNELS,
        "channel_mult": [1, 2, 4, 4], "num_res_blocks": 2, "attention_resolutions": [4, 2, 1],
        "head_channels": CHANNELS // HEADS[0], "context_dim": 1024, "vector_embedder_dim": 256,
        "latent_height": HEIGHT, "latent_width": WIDTH, "sampling_steps": 25, "sigma_min": 0.002,
        "sigma_max": 700.0, "rho": 7.0, "amplify": 10.0, "amplify_max_ordinal": 12, "prev_reference_shift": 3,
        "vae_channels": 128, "vae_mult": [1, 2, 4, 4], "vae_res_blocks": 2, "scale_factor": 0.18215,
        "clip": {"image_size": 224, "width": 1280, "layers": 32, "head_width": 80, "patch_size": 14,
                 "embed_dim": 1024, "mlp_ratio": 4}, "fps_id": 6, "motion_bucket_id": 160, "cond_aug": 0.0}


def measured(command):
    """The JSON that a process printed, with its peak resident memory."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with status {status}")
    found = {**json.loads(text), "bytes": usage.ru_maxrss * 1024}
    print(found, file=sys.stderr)
    return found


def main():
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        weights, other = official_weights.make(
            folder, arguments.keys, channels=CHANNELS, metadata={"config": json.dumps(configuration())},
            prefixes=("model.diffusion_model.",))
        other.unlink()
        ours = [arguments.program, "bench", "unet", "--weights", str(weights), "--frames", str(FRAMES), "--threads",
                str(arguments.threads), "--packed-weights", str(arguments.packed_weights), "--json"]
        theirs = [sys.executable, os.path.abspath(__file__), "--threads", str(arguments.threads), "--peer"]
        runs = {"lvcd-bench": [], **{layout: [] for layout in LAYOUTS}}
        for _ in range(arguments.rounds):
            found = measured(ours)
            runs["lvcd-bench"].append({"seconds": found["seconds"][0], "bytes": found["bytes"]})
            for layout in LAYOUTS:
                runs[layout].append(measured([*theirs, layout]))
    medians = {
        name: {key: statistics.median(run[key] for run in found) for key in ("seconds", "bytes")}
        for name, found in runs.items()}
    print("| implementation | processor, s a step | spread, s | peak resident, GiB |")
    print("|---|---|---|---|")
    for name, median in medians.items():
        times = [run["seconds"] for run in runs[name]]
        label = name if name == "lvcd-bench" else f"diffusers, {name}"
        print(
            f"| {label} | {median['seconds']:.2f} | {min(times):.2f} to {max(times):.2f} | "
            f"{median['bytes'] / 2**30:.2f} |")
    best = min(medians[layout]["seconds"] for layout in LAYOUTS)
    least = min(medians[layout]["bytes"] for layout in LAYOUTS)
    speed, share = best / medians["lvcd-bench"]["seconds"], medians["lvcd-bench"]["bytes"] / least
    count = runs["default"][0]["weights"] / 1e6
    print()
    print(f"- {speed:.2f} times faster than the better layout, {share:.2f} of the smaller memory; {count:.0f} M weights")
    if speed < 1.3 or share > 0.5:
        sys.exit("missed: at least 1.3 times faster, at most half the memory")


if arguments.peer:
    peer(arguments.peer)
else:
    main()
