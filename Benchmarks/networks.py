"""Times `lvcd-bench bench kernels` beside PyTorch: same operations and sizes, same number of threads, alternating.

Needs torch. Run it from the repository root after `swift build -c release --product lvcd-bench`:

    python Benchmarks/networks.py [--program .build/release/lvcd-bench] [--rounds 5] [--iterations 3] [--threads 1]

PyTorch runs convolutions in its default and in its channels-last layout; the better one counts. Times are the process's
own processor time over the thread count, medians over all rounds. Prints a Markdown table. Exits with 1 when the
geometric mean of the ratios is below 1.3 or one is below 0.9.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", default=".build/release/lvcd-bench")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--iterations", type=int, default=3)
parser.add_argument("--threads", type=int, default=1)
arguments = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(arguments.threads)

import torch
from torch.nn import functional

torch.set_num_threads(arguments.threads)
torch.set_grad_enabled(False)


def ours(*options):
    command = [arguments.program, "bench", "kernels", "--json", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def convolution(kernel, function, layout):
    x = torch.rand(kernel["input"]).sub_(0.5).to(memory_format=layout)
    weight = torch.rand(kernel["other"]).sub_(0.5).to(memory_format=layout)
    bias = torch.rand(kernel["other"][0])
    return lambda: function(x, weight, bias, kernel["stride"], kernel["padding"])


def lookup(shape, levels, radius=4):
    """Windows of a correlation pyramid, as RAFT's published code reads them: grid_sample level by level."""
    _, channels, height, width = shape
    first, second = torch.rand(shape).sub_(0.5), torch.rand(shape).sub_(0.5)
    volume = (first.reshape(channels, -1).T @ second.reshape(channels, -1)) / channels ** 0.5
    pyramid = [volume.reshape(height * width, 1, height, width)]
    for _ in range(levels - 1):
        pyramid.append(functional.avg_pool2d(pyramid[-1], 2))
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([columns, rows], -1).float() + torch.rand(height, width, 2).sub_(0.5).mul_(8)
    steps = torch.arange(-radius, radius + 1).float()
    offsets = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)

    def read():
        found = []
        for level, correlations in enumerate(pyramid):
            at = places.reshape(-1, 1, 1, 2) / 2 ** level + offsets
            ends = torch.tensor([correlations.shape[3] - 1, correlations.shape[2] - 1])
            window = functional.grid_sample(correlations, 2 * at / ends - 1, align_corners=True)
            found.append(window.reshape(1, height, width, -1))
        return torch.cat(found, -1).permute(0, 3, 1, 2).contiguous()

    return read


def variants(kernel):
    """What PyTorch runs, by layout."""
    kind, shape, other, parts = (kernel[name] for name in ("operation", "input", "other", "parts"))
    if kind == "convolution2D":
        layouts = {"default": torch.contiguous_format, "channels-last": torch.channels_last}
        return {n: convolution(kernel, functional.conv2d, layout) for n, layout in layouts.items()}
    if kind == "convolution3D":
        layouts = {"default": torch.contiguous_format, "channels-last": torch.channels_last_3d}
        return {n: convolution(kernel, functional.conv3d, layout) for n, layout in layouts.items()}
    x = torch.rand(shape).sub_(0.5)
    if kind == "linear":
        weight, bias = torch.rand(other).sub_(0.5), torch.rand(other[0])
        return {"default": lambda: functional.linear(x, weight, bias)}
    if kind == "attention":
        # As models call it: linear layers give [N, tokens, heads * d], heads are split off and joined again.
        keys, values = torch.rand(other).sub_(0.5), torch.rand(other).sub_(0.5)
        split = lambda t: t.view(t.shape[0], t.shape[1], parts, -1).transpose(1, 2)
        attend = functional.scaled_dot_product_attention
        return {"default": lambda: attend(split(x), split(keys), split(values)).transpose(1, 2).reshape(x.shape)}
    if kind == "normalization":
        weight, bias = torch.rand(shape[1]), torch.rand(shape[1])
        return {"default": lambda: functional.silu(functional.group_norm(x, parts, weight, bias))}
    if kind == "sampling":
        places = torch.rand(other).sub_(0.5).mul_(2)
        return {"default": lambda: functional.grid_sample(x, places, align_corners=True)}
    if kind == "lookup":
        return {"default": lookup(shape, parts)}
    raise SystemExit(f"{kind}: not known here; add it to variants()")


def timed(function):
    # As in the program: what runs in the first tenth of a second does not count.
    begin = time.process_time()
    function()
    while time.process_time() - begin < 0.1:
        function()
    seconds = []
    for _ in range(arguments.iterations):
        begin = time.process_time()
        function()
        seconds.append((time.process_time() - begin) / arguments.threads)
    return seconds


def processor():
    with open("/proc/cpuinfo") as file:
        fields = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    wide = [unit for unit in ("avx2", "avx512f", "amx_tile") if unit in fields.get("flags", "").split()]
    return f"{fields.get('model name', platform.processor())}, model {fields.get('model', '?')}, {' '.join(wide)}"


def main():
    print(f"Processor: {processor()}; PyTorch {torch.__version__}; {arguments.threads} thread(s); "
          f"{arguments.rounds} rounds of {arguments.iterations}, medians.\n")
    print("| operation | lvcd-bench, ms | GFLOP/s | PyTorch, ms | GFLOP/s | layout | PyTorch / lvcd-bench | peak, MB |")
    print("|---|---|---|---|---|---|---|---|")
    ratios = []
    for number, kernel in enumerate(ours("--list")):
        functions = variants(kernel)
        own, theirs, peak, operations = [], {name: [] for name in functions}, 0, None
        for _ in range(arguments.rounds):
            result = ours("--only", str(number), "--iterations", str(arguments.iterations), "--threads",
                          str(arguments.threads))[0]
            own += result["seconds"]
            peak, operations = result["peakBytes"], result.get("operations")
            for name, function in functions.items():
                theirs[name] += timed(function)
        mine = statistics.median(own)
        layout, best = min(((name, statistics.median(s)) for name, s in theirs.items()), key=lambda pair: pair[1])
        ratios.append(best / mine)
        rates = [f"{operations / t * 1e-9:.0f}" if operations else "" for t in (mine, best)]
        print(f"| {kernel['name']} | {mine * 1e3:.2f} | {rates[0]} | {best * 1e3:.2f} | {rates[1]} | {layout} "
              f"| {best / mine:.2f} | {peak * 1e-6:.0f} |", flush=True)
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))
    print(f"\nGeometric mean of the ratios {mean:.2f}, smallest {min(ratios):.2f}.")
    return 0 if mean >= 1.3 and min(ratios) >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
