"""Times lvcd-bench's networks beside their peers: same weights, one thread each, alternating, medians.

Needs what crosscheck.py needs. Run it from the repository root after
`swift build -c release --product lvcd-bench`:

    python Benchmarks/metric_networks.py [--program .build/release/lvcd-bench] [--rounds 5] [--only JOB ...]

Each side counts its own processor time, after one run that is not counted, so that other programs on the machine disturb
little. Images, pairs and clips go through one at a time on both sides; PyTorch runs Inception in its default and in its
channels-last layout, weights converted before. Prints a Markdown table with ratios. Exits with 1 when a ratio is below
the bar.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import torch

import crosscheck

BAR = 1.3
torch.set_num_threads(1)


def ours(program, workload, weights):
    command = [program, "bench-metric", workload, "--iterations", "1"] + (["--weights", weights] if weights else [])
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["seconds"][0]


def timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def inception_peers(folder):
    path = os.path.join(folder, "inception.pth")
    torch.save(crosscheck.random_inception(torch.Generator().manual_seed(0)), path)
    state = torch.load(path, weights_only=True)
    from pytorch_fid import inception

    with crosscheck.no_download(inception):
        networks = [inception.fid_inception_v3() for _ in range(2)]
    for network in networks:
        network.load_state_dict(state)
        network.eval()
    networks[1].to(memory_format=torch.channels_last)
    x = torch.rand(1, 3, 299, 299) * 2 - 1
    peers = {
        "PyTorch": lambda: networks[0](x),
        "PyTorch channels-last": lambda: networks[1](x.to(memory_format=torch.channels_last)),
    }
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

        extractor = FeatureExtractorInceptionV3(
            "inception-v3-compat", ["2048"], feature_extractor_weights_path=path).eval()
        image = (torch.rand(1, 3, 299, 299) * 255).to(torch.uint8)
        peers["torch-fidelity"] = lambda: extractor(image)
    except ImportError:
        print("torch-fidelity is not installed", file=sys.stderr)
    return path, peers


def path_of(program, name):
    return subprocess.run(
        [program, "weights", "path", name], check=True, capture_output=True, text=True).stdout.strip()


def lpips_peers(program, net):
    network = crosscheck.lpips_peer(
        net, crosscheck.packaged(program, f"lpips-{net}", crosscheck.LPIPS_SHA256[net]))
    a, b = (torch.rand(1, 3, 256, 256) * 2 - 1 for _ in range(2))
    return path_of(program, f"lpips-{net}"), {"lpips": lambda: network(a, b)}


def i3d_peers(program):
    network = crosscheck.TorchI3D(crosscheck.packaged(program, "i3d", crosscheck.I3D_SHA256))
    x = torch.rand(1, 3, 16, 224, 224) * 2 - 1
    return path_of(program, "i3d"), {"PyTorch": lambda: network(x)}


def frechet_peers():
    generator = np.random.default_rng(0)
    moments = []
    for _ in range(2):
        rows = generator.normal(size=(2560, 2048))
        moments.append((rows.mean(0), np.cov(rows, rowvar=False)))
    (m1, s1), (m2, s2) = moments
    peers = {}
    try:
        from pytorch_fid.fid_score import calculate_frechet_distance

        peers["pytorch-fid"] = lambda: calculate_frechet_distance(m1, s1, m2, s2)
    except ImportError:
        print("pytorch-fid is not installed", file=sys.stderr)
    try:
        from torch_fidelity.metric_fid import fid_statistics_to_metric

        first, second = {"mu": m1, "sigma": s1}, {"mu": m2, "sigma": s2}
        peers["torch-fidelity"] = lambda: fid_statistics_to_metric(first, second, False)
    except ImportError:
        print("torch-fidelity is not installed", file=sys.stderr)
    return None, peers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=None)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    failed = False
    print("| job | peer | lvcd-bench, ms | peer, ms | peer / lvcd-bench | at least |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        jobs = {
            "inception": lambda: inception_peers(folder),
            "lpips-alex": lambda: lpips_peers(program, "alex"),
            "lpips-vgg": lambda: lpips_peers(program, "vgg"),
            "i3d": lambda: i3d_peers(program),
            "frechet": frechet_peers,
        }
        unknown = set(arguments.only or []) - set(jobs)
        if unknown:
            parser.error(f"--only {' '.join(sorted(unknown))}: none of {' '.join(jobs)}")
        for job, prepare in jobs.items():
            if arguments.only and job not in arguments.only:
                continue
            weights, peers = prepare()
            mine, theirs = [], {name: [] for name in peers}
            for work in peers.values():
                work()
            for _ in range(arguments.rounds):
                mine.append(ours(program, job, weights))
                for name, work in peers.items():
                    theirs[name].append(timed(work))
            median = statistics.median(mine)
            for name, times in theirs.items():
                ratio = statistics.median(times) / median
                failed |= ratio < BAR
                print(f"| {job} | {name} | {median * 1e3:.1f} | {statistics.median(times) * 1e3:.1f} "
                      f"| {ratio:.2f} | {BAR:.2f} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
