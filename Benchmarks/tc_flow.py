"""Is the program's RAFT-small a good flow for TC? Beside DIS and Farneback of OpenCV, and beside the exact flow.

    python Benchmarks/tc_flow.py [--program .build/release/lvcd-bench] [--weights RAFT]
                                 [--suite data/open/open.suite.json] [--clips 20] [--frames 24] [--methods copy-first fill-first fill-prev lvcd]

Needs numpy, scipy and opencv-python-headless. Two tables:

1. Warping error of the originals of a suite of real animation at 256 x 256, |warp(J_t) - J_t+1| / |J_t+1| along each
   method's flow from the later frame to the earlier, mean over pairs that are not held; `still` is no flow at all. What
   is read outside the frame is black, as by default in TC, in the second column the edge pixel.
2. On generated clips of each family, TC of coloured clips with RAFT-small, with DIS and with the generator's exact flow:
   Spearman's rank correlation with the exact one over all values, and over the methods' means.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np
from scipy.stats import spearmanr

SIDE = 256
FIRST_SEED = 2**32 + 40_000
GUARD = 1e-4
STEPS = 8
METHODS = ["copy-first", "fill-first", "fill-prev", "lvcd"]


def call(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr}")


def read_flo(path):
    data = pathlib.Path(path).read_bytes()
    width, height = np.frombuffer(data[4:12], "<i4")
    return np.frombuffer(data[12:], "<f4").reshape(height, width, 2)


def read_video(path):
    """Frames [H, W, 3] of bytes in OpenCV's order of channels, which no norm depends on."""
    video = cv2.VideoCapture(str(path))
    frames = []
    while True:
        more, frame = video.read()
        if not more:
            return frames
        frames.append(frame)


def warp(frame, flow, border):
    """Reads `frame` at p + flow(p), bilinear; outside lie zeros, or with `border` the edge pixels."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    x, y = x + flow[..., 0], y + flow[..., 1]
    if border:
        x, y = x.clip(0, width - 1), y.clip(0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    result = np.zeros(frame.shape)
    for down in (0, 1):
        for right in (0, 1):
            column, row = left + right, top + down
            weight = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            values = frame[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
            result += np.where(inside, weight, 0)[..., None] * values
    return result


def error(earlier, later, flow, border=False):
    earlier, later = earlier / 255.0, later / 255.0
    return np.linalg.norm(warp(earlier, flow, border) - later) / max(np.linalg.norm(later), 1e-12)


def real(program, weights, suite_path, folder):
    suite = json.loads(suite_path.read_text())
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    errors = {}
    pairs = 0
    for clip in suite["clips"]:
        frames = read_video(suite_path.parent / suite.get("root", ".") / clip["frames"])
        frames = [cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in frames]
        for earlier, later in zip(frames, frames[1:]):
            if np.array_equal(earlier, later):
                continue
            files = [folder / "later.png", folder / "earlier.png"]
            for file, frame in zip(files, (later, earlier)):
                cv2.imwrite(str(file), frame)
            grey = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in (later, earlier)]
            flows = {"still": np.zeros((SIDE, SIDE, 2), np.float32)}
            for name, method in (("RAFT-small", "raft"), ("DIS", "dis")):
                options = ["--weights", weights] if weights and method == "raft" else []
                call(program, "flow", *files, "-o", folder / "out.flo", "--method", method, *options)
                flows[name] = read_flo(folder / "out.flo")
            flows["OpenCV DIS"] = dis.calc(*grey, None)
            flows["OpenCV Farneback"] = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 3, 15, 3, 5, 1.2, 0)
            pairs += 1
            for name, flow in flows.items():
                both = [error(earlier, later, flow, border) for border in (False, True)]
                errors.setdefault(name, {}).setdefault(clip["id"], []).append(both)
    clips = [clip["id"] for clip in suite["clips"] if clip["id"] in errors["still"]]
    print(f"{pairs} pairs of {suite_path.name}\n\n| flow | mean | with edges | " + " | ".join(clips) + " |")
    print("| --- " * (len(clips) + 3) + "|")
    for name, by_clip in errors.items():
        everything = np.concatenate([by_clip[clip] for clip in clips])
        row = [*everything.mean(axis=0)] + [np.mean(by_clip[clip], axis=0)[0] for clip in clips]
        print(f"| {name} | " + " | ".join(f"{value:.4f}" for value in row) + " |")


def exact(clip_folder, outputs):
    """TC of one coloured clip along the exact flow; the reference, frame 0, is left out."""
    originals = [cv2.imread(str(file)) for file in sorted((clip_folder / "color").glob("*.png"))]
    flows = clip_folder / "flow-back"
    ratios = []
    for index in range(2, len(originals)):
        if np.array_equal(originals[index - 1], originals[index]):
            continue
        flow = read_flo(flows / f"{index:05d}.flo")
        own = error(originals[index - 1], originals[index], flow)
        if own >= GUARD:
            ratios.append(error(outputs[index - 1], outputs[index], flow) / own)
    return float(np.mean(ratios)) if ratios else None


def read_values(run):
    """Row, clip, the row's folder and TC of every record of a run."""
    for file in sorted(run.glob("clips/*/*/*.json")):
        if not file.name.endswith(".failure.json"):
            record = json.loads(file.read_text())
            value = record["measurements"][0]["measurement"].get("value")
            yield record["method"]["name"], record["clip"], file.parent.name, value


def score(program, run, suite, metric_options, methods):
    """TC of `methods` on the clips of `suite`, into the folder `run`."""
    file = run.parent / f"{run.name}.json"
    configuration = {
        "schema": "run/1", "suites": [str(suite)], "metrics": ["tc"], "metric_options": metric_options,
        "methods": methods,
    }  # fmt: skip
    file.write_text(json.dumps(configuration))
    call(program, "run", file, "-o", run)


def ranks(program, weights, folder, clips, frames, methods, family):
    made = folder / family
    call(
        program, "clips", "generate", "--family", family, "--seed", FIRST_SEED, "--count", clips, "--length", frames,
        "--backward-flow", "-o", made,
    )  # fmt: skip
    suite = made / f"{family}.suite.json"
    run = folder / f"{family}-raft"
    score(
        program, run, suite, {"tc": {"flow": "raft"} | ({"weights": weights} if weights else {})},
        [{"colorizer": name} | ({"settings": {"steps": STEPS}} if name == "lvcd" else {}) for name in methods],
    )  # fmt: skip
    values, outputs = {}, {}
    for name, clip, row, value in read_values(run):
        values[name, clip] = {"raft": value}
        outputs[name] = run / "frames" / family / row
    # The same frames once more, so that nothing is coloured twice.
    score(
        program, folder / f"{family}-dis", suite, {"tc": {"flow": "dis"}},
        [{"name": name, "outputs": f"{place}/%clip/%05d.png"} for name, place in outputs.items()],
    )  # fmt: skip
    for name, clip, _, value in read_values(folder / f"{family}-dis"):
        values[name, clip]["dis"] = value
    for (name, clip), found in values.items():
        pictures = [cv2.imread(str(file)) for file in sorted((outputs[name] / clip).glob("*.png"))]
        found["exact"] = exact(made / clip, pictures)
    complete = {key: found for key, found in values.items() if None not in found.values() and len(found) == 3}
    table = np.array([[found[flow] for flow in ("exact", "raft", "dis")] for found in complete.values()])
    by_method = {
        method: np.mean([row for (name, _), row in zip(complete, table) if name == method], axis=0)
        for method in sorted({name for name, _ in complete})
    }
    for place, flow in ((1, "RAFT-small"), (2, "DIS")):
        over_all = spearmanr(table[:, 0], table[:, place]).statistic
        within = [
            spearmanr(*zip(*[(row[0], row[place]) for (_, name), row in zip(complete, table) if name == clip])).statistic
            for clip in sorted({name for _, name in complete})
        ]
        print(f"| {family} | {flow} | {len(complete)} | {over_all:.3f} | {np.nanmean(within):.3f} |")
    for method, row in by_method.items():
        print(f"    {family} {method}: exact {row[0]:.3f}, RAFT-small {row[1]:.3f}, DIS {row[2]:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--weights", type=os.path.abspath, help="of RAFT; the program's own where left out")
    parser.add_argument("--suite", type=pathlib.Path, default=pathlib.Path("data/open/open.suite.json"))
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.suite.exists():
            real(options.program, options.weights, options.suite, pathlib.Path(folder))
        else:
            print(f"{options.suite} is not there (make open); the table of real animation is left out")
        print("\n| family | flow | values | rank correlation, all | mean over clips |\n| --- | --- | --- | --- | --- |")
        for family in ("similar", "general"):
            ranks(options.program, options.weights, pathlib.Path(folder), options.clips, options.frames, options.methods, family)


if __name__ == "__main__":
    main()
