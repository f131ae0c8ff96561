"""Times lvcd-bench's kernels beside their peers: same inputs, one thread each, alternating, medians.

Needs numpy, scipy, scikit-image and opencv-python. Run it from the repository root after
`swift build -c release --product lvcd-bench`:

    python Benchmarks/peers.py [--program .build/release/lvcd-bench] [--rounds 7] [--iterations 10]

Prints a Markdown table with ratios. Exits with 1 when values differ or a speed bar is missed.
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

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.metrics import structural_similarity

cv2.setNumThreads(1)


def cartoon(side, seed):
    """Flat ellipses with outlines on a gradient, and mild noise: a frame like those of animation."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side]
    frame = np.stack([80 + 100 * x / side, 120 + 60 * y / side, 200 - 80 * x / side], -1)
    for _ in range(8):
        centre = tuple(int(v) for v in generator.integers(0, side, 2))
        axes = tuple(int(v) for v in generator.integers(side // 16, side // 4, 2))
        colour = tuple(int(v) for v in generator.integers(0, 256, 3))
        angle = int(generator.integers(0, 180))
        frame = cv2.ellipse(np.ascontiguousarray(frame), centre, axes, angle, 0, 360, colour, -1)
        frame = cv2.ellipse(frame, centre, axes, angle, 0, 360, (10, 10, 10), 2)
    return np.clip(frame + generator.normal(0, 2, frame.shape), 0, 255).round().astype(np.uint8)


def sketch(side, seed):
    """Outlines of ellipses and straight lines, dark on white."""
    generator = np.random.default_rng(seed)
    page = np.full((side, side), 255, np.uint8)
    for _ in range(12):
        centre = tuple(int(v) for v in generator.integers(0, side, 2))
        axes = tuple(int(v) for v in generator.integers(side // 20, side // 4, 2))
        cv2.ellipse(page, centre, axes, int(generator.integers(0, 180)), 0, 360, 0, 2)
        ends = [tuple(int(v) for v in generator.integers(0, side, 2)) for _ in range(2)]
        cv2.line(page, ends[0], ends[1], 0, 2)
    return page


def scattered(side, share, seed):
    page = np.full((side, side), 255, np.uint8)
    page[np.random.default_rng(seed).random((side, side)) < share] = 0
    return page


def median(values):
    return statistics.median(values)


class Program:
    def __init__(self, path):
        self.path = path

    def bench(self, kernel, inputs, iterations, output=None):
        command = [self.path, "bench", kernel, "--iterations", str(iterations), "--json", "--input", *inputs]
        if output:
            command += ["--output", output]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def timed(function, iterations):
    function()
    seconds = []
    for _ in range(iterations):
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return seconds


def compare(name, ours, peers, rounds, iterations):
    """One row per peer; `ours` and the peers take a number of iterations and return seconds."""
    our_seconds, peer_seconds = [], {peer: [] for peer, _, _ in peers}
    for _ in range(rounds):
        our_seconds += ours(iterations)
        for peer, function, _ in peers:
            peer_seconds[peer] += timed(function, iterations)
    rows = []
    for peer, _, bar in peers:
        ratio = median(peer_seconds[peer]) / median(our_seconds)
        rows.append((name, peer, median(our_seconds) * 1e3, median(peer_seconds[peer]) * 1e3, ratio, bar))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--iterations", type=int, default=10)
    arguments = parser.parse_args()
    program = Program(arguments.program)
    rows, largest = [], {}

    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)

        pages = {"sketch": sketch(1024, 1), "1 % scattered": scattered(1024, 0.01, 2)}
        for name, page in pages.items():
            cv2.imwrite(place("page.png"), page)
            program.bench("edt", [place("page.png")], 1, place("map.npy"))
            found, exact = np.load(place("map.npy")), distance_transform_edt(page > 127)
            largest[f"edt {name}, SciPy"] = np.abs(found - exact).max()
            paper = (page > 127).astype(np.uint8)
            opencv = lambda: cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            largest[f"edt {name}, OpenCV"] = np.abs(found - opencv()).max()
            rows += compare(
                f"exact EDT 1024x1024, {name}",
                lambda n: program.bench("edt", [place("page.png")], n)["seconds"],
                [("OpenCV distanceTransform", opencv, 2), ("SciPy distance_transform_edt",
                                                          lambda: distance_transform_edt(paper), 5)],
                arguments.rounds, arguments.iterations)

        a = cartoon(256, 3)
        b = np.clip(gaussian_filter(a.astype(float), (1, 1, 0)) + 4, 0, 255).round().astype(np.uint8)
        for name, frame in (("a.png", a), ("b.png", b)):
            cv2.imwrite(place(name), frame[..., ::-1])
        x, y = a / 255.0, b / 255.0
        similarity = lambda: structural_similarity(
            x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2, data_range=1)
        found = program.bench("ssim", [place("a.png"), place("b.png")], 1)["value"]
        largest["ssim, scikit-image"] = abs(found - similarity())
        rows += compare(
            "SSIM 256x256x3", lambda n: program.bench("ssim", [place("a.png"), place("b.png")], n)["seconds"],
            [("scikit-image structural_similarity", similarity, 5)], arguments.rounds, arguments.iterations)

        for side in (256, 1024):
            picture = cartoon(side, 4)
            cv2.imwrite(place("picture.png"), picture[..., ::-1])
            found = program.bench("png", [place("picture.png")], 1)["value"]
            largest[f"png {side}x{side}, OpenCV (mean of values)"] = abs(found - picture.mean())
            rows += compare(
                f"PNG to RGB {side}x{side}", lambda n: program.bench("png", [place("picture.png")], n)["seconds"],
                [("OpenCV imread", lambda: cv2.imread(place("picture.png")), 1 / 1.3)],
                arguments.rounds, arguments.iterations)

    print("| job | peer | lvcd-bench, ms | peer, ms | peer / lvcd-bench | at least |")
    print("|---|---|---|---|---|---|")
    for name, peer, ours, theirs, ratio, bar in rows:
        print(f"| {name} | {peer} | {ours:.3f} | {theirs:.3f} | {ratio:.2f} | {bar:.2f} |")
    print()
    for name, difference in largest.items():
        print(f"largest difference, {name}: {difference:.3g}")

    limits = {"edt": 1e-4, "ssim": 1e-10, "png": 1e-9}
    wrong = [name for name, difference in largest.items() if not difference <= limits[name.split()[0].rstrip(",")]]
    slow = [f"{name} against {peer}" for name, peer, _, _, ratio, bar in rows if ratio < bar]
    for name in wrong:
        print(f"values differ: {name}", file=sys.stderr)
    for name in slow:
        print(f"below the bar: {name}", file=sys.stderr)
    return 1 if wrong or slow else 0


if __name__ == "__main__":
    sys.exit(main())
