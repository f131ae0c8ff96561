"""Is the program's RAFT-small a good flow for TC? Beside DIS and Farneback of OpenCV, and beside the exact flow.

    python Benchmarks/tc_flow.py [--program .build/release/lvcd-bench] [--weights RAFT]
                                 [--suite data/open/open.suite.json] [--clips 20] [--frames 24] [--methods copy-first fill-first fill-prev lvcd]

Needs numpy, scipy and opencv-python-headless. RAFT-small's flow is fitted to the pixels in the program; "network" is
without that. Three tables:

1. Warping error of the originals of a suite of real animation at 256 x 256, |warp(J_t) - J_t+1| / |J_t+1| along each
   method's flow from the later frame to the earlier, mean over pairs that are not held; `still` is no flow at all. What
   is read outside the frame is black, as by default in TC, in the second column the edge pixel.
2. On generated clips of each family, mean end-point error in pixels against the generator's exact flow, every fourth
   pair.
3. On the same clips, TC of coloured clips with each flow of the program and with the exact one: Spearman's rank
   correlation with the exact one over all values, and within a clip over the methods, mean over clips.
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
FIRST_SEED = 2**32 + 90_000
GUARD = 1e-4
STEPS = 8
# Name, arguments of `lvcd-bench flow`, and options of TC.
FLOWS = {
    "RAFT-small": (["--method", "raft", "--refined"], {"flow": "raft", "refined": "yes"}),
    "network": (["--method", "raft", "--no-refined"], {"flow": "raft", "refined": "no"}),
    "DIS": (["--method", "dis"], {"flow": "dis"}),
}
EVERY = 4
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


def flows(program, weights, folder, first, second):
    """Every method's flow between two pictures of one size."""
    files = [folder / "first.png", folder / "second.png"]
    for file, frame in zip(files, (first, second)):
        cv2.imwrite(str(file), frame)
    grey = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in (first, second)]
    found = {}
    for name, (arguments, _) in FLOWS.items():
        own = ["--weights", weights] if weights and name != "DIS" else []
        call(program, "flow", *files, "-o", folder / "out.flo", *arguments, *own)
        found[name] = read_flo(folder / "out.flo")
    found["OpenCV DIS"] = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)
    found["OpenCV Farneback"] = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 3, 15, 3, 5, 1.2, 0)
    return found


def real(program, weights, suite_path, folder):
    suite = json.loads(suite_path.read_text())
    errors = {}
    pairs = 0
    for clip in suite["clips"]:
        frames = read_video(suite_path.parent / suite.get("root", ".") / clip["frames"])
        frames = [cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in frames]
        for earlier, later in zip(frames, frames[1:]):
            if np.array_equal(earlier, later):
                continue
            found = {"still": np.zeros((SIDE, SIDE, 2), np.float32)}
            found |= flows(program, weights, folder, later, earlier)
            pairs += 1
            for name, flow in found.items():
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


def generate(program, folder, clips, frames, family):
    made = folder / family
    call(
        program, "clips", "generate", "--family", family, "--seed", FIRST_SEED, "--count", clips, "--length", frames,
        "--backward-flow", "-o", made,
    )  # fmt: skip
    return made


def distances(program, weights, folder, made, family):
    """Mean end-point errors on a family's clips."""
    errors = {}
    for clip in sorted(path.parent for path in made.glob("*/flow-back")):
        frames = [cv2.imread(str(file)) for file in sorted((clip / "color").glob("*.png"))]
        for index in range(1, len(frames), EVERY):
            exact_flow = read_flo(clip / "flow-back" / f"{index:05d}.flo")
            for name, flow in flows(program, weights, folder, frames[index], frames[index - 1]).items():
                errors.setdefault(name, []).append(np.linalg.norm(flow - exact_flow, axis=2).mean())
    print(f"| {family} | " + " | ".join(f"{name} {np.mean(values):.3f}" for name, values in errors.items()) + " |")


def ranks(program, weights, folder, made, methods, family):
    suite = made / f"{family}.suite.json"
    outputs, values = {}, {}
    for flow, (_, metric_options) in FLOWS.items():
        run = folder / f"{family}-{flow}"
        rows = [
            {"name": name, "outputs": f"{place}/%clip/%05d.png"} for name, place in outputs.items()
        ] or [{"colorizer": name} | ({"settings": {"steps": STEPS}} if name == "lvcd" else {}) for name in methods]
        own = {"weights": weights} if weights and flow != "DIS" else {}
        score(program, run, suite, {"tc": metric_options | own}, rows)
        first = not outputs
        for name, clip, row, value in read_values(run):
            values.setdefault((name, clip), {})[flow] = value
            # The same frames for every flow, so that nothing is coloured twice.
            if first:
                outputs[name] = run / "frames" / family / row
    for (name, clip), found in values.items():
        pictures = [cv2.imread(str(file)) for file in sorted((outputs[name] / clip).glob("*.png"))]
        found["exact"] = exact(made / clip, pictures)
    complete = {
        key: found for key, found in values.items() if None not in found.values() and len(found) == len(FLOWS) + 1
    }
    for flow in FLOWS:
        over_all = spearmanr([found["exact"] for found in complete.values()], [found[flow] for found in complete.values()])
        within = []
        for clip in sorted({name for _, name in complete}):
            members = [found for (_, name), found in complete.items() if name == clip]
            within.append(spearmanr([m["exact"] for m in members], [m[flow] for m in members]).statistic)
        print(f"| {family} | {flow} | {len(complete)} | {over_all.statistic:.3f} | {np.nanmean(within):.3f} |")
    for method in sorted({name for name, _ in complete}):
        members = [found for (name, _), found in complete.items() if name == method]
        means = {flow: np.mean([member[flow] for member in members]) for flow in ("exact", *FLOWS)}
        print(f"    {family} {method}: " + ", ".join(f"{flow} {mean:.3f}" for flow, mean in means.items()))


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
        place = pathlib.Path(folder)
        made = {
            family: generate(options.program, place, options.clips, options.frames, family)
            for family in ("similar", "general")
        }
        print("\nMean end-point errors, pixels")
        for family, clips in made.items():
            distances(options.program, options.weights, place, clips, family)
        print("\n| family | flow | values | rank correlation, all | mean over clips |\n| --- | --- | --- | --- | --- |")
        for family, clips in made.items():
            ranks(options.program, options.weights, place, clips, options.methods, family)


if __name__ == "__main__":
    main()
