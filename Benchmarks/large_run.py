#!/usr/bin/env python3
"""Makes a run folder of the paper's size, 1,000 clips and 8 rows, and times what reads it.

One real clip is scored; its records are written again under other names with other numbers, sealed as the program
seals them. Wall and processor time of each. Usage: large_run.py --program .build/release/lvcd-bench [--clips 1000] [--keep FOLDER]
"""

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

SEAL = '"recordHash" : "'
METRICS = "psnr,ssim,edmd,tc"


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def call(program, arguments, cache):
    environment = dict(os.environ, LVCD_BENCH_CACHE=str(cache))
    start, before = time.perf_counter(), processor_seconds()
    outcome = subprocess.run([program, *map(str, arguments)], env=environment, capture_output=True, text=True)
    seconds, busy = time.perf_counter() - start, processor_seconds() - before
    if outcome.returncode:
        raise SystemExit(f"{arguments[0]} ended with {outcome.returncode}: {outcome.stderr}")
    return seconds, busy


def sealed(record):
    text = json.dumps(dict(record, recordHash=""), indent=2, sort_keys=True, separators=(",", " : "), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    place = text.index(SEAL) + len(SEAL)
    return text[:place] + digest + text[place:]


def varied(record, clip, row, generator):
    """The record under another clip's name, its values moved by the clip and the row."""
    record = json.loads(json.dumps(record))
    record["clip"] = clip
    shift = 1 + 0.2 * random.Random(clip).uniform(-1, 1) + 0.01 * row
    for entry in record["measurements"]:
        measurement = entry["measurement"]
        frames = [None if value is None else value * shift * generator.uniform(0.95, 1.05) for value in measurement["frames"]]
        known = [value for value in frames if value is not None]
        measurement["frames"] = frames
        if known:
            measurement["value"] = sum(known) / len(known)
    return record


def build(program, folder, clips, frames):
    cache = folder / "cache"
    call(program, ["clips", "generate", "--family", "similar", "--seed", 5, "--count", 1, "--length", frames, "--size",
                   "64x64", "--format", "png", "--lineart", "-o", folder / "set"], cache)
    suite_file = folder / "set" / "similar.suite.json"
    suite = json.loads(suite_file.read_text())
    first = suite["clips"][0]
    source = (folder / "set" / first["frames"]).parent if "%" in first["frames"] else folder / "set" / first["frames"]
    methods = ["copy-first", "fill-first", "fill-prev"]
    for number in range(5):
        shutil.copytree(source, folder / f"outputs-{number}" / first["id"])
        methods.append(f"method {number}={folder / f'outputs-{number}'}")
    run = folder / "run"
    arguments = ["run", "--suite", suite_file, "--metrics", METRICS, "--metric-option", "tc.flow=dis", "-o", run]
    for method in methods:
        arguments += ["--method", method]
    call(program, arguments, cache)
    names = [f"scene-{number // 10:03d}/cut-{number:04d}" for number in range(clips)]
    suite["clips"] = [dict(first, id=name) for name in names]
    suite_file.write_text(json.dumps(suite))
    generator = random.Random(1)
    for row, place in enumerate(sorted((run / "clips" / suite["name"]).iterdir())):
        template = place / f"{first['id']}.json"
        record = json.loads(template.read_text())
        for name in names:
            target = place / f"{name}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(sealed(varied(record, name, row, generator)))
        template.unlink()
    return run, cache


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=59)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    folder = Path(tempfile.mkdtemp())
    try:
        run, cache = build(program, folder, options.clips, options.frames)
        jobs = [("status", ["status", run]), ("merge", ["merge", run, "-o", run])]
        jobs += [(f"report {form}", ["report", run, "--format", form, "--ci", "-o", folder / f"report.{form}"])
                 for form in ("md", "csv", "latex", "json", "strata", "junit", "github", "bmf")]
        jobs.append(("report html", ["report", run, "--format", "html", "--gallery", "none", "-o", folder / "page.html"]))
        jobs.append(("baseline", ["baseline", "create", run, "-o", folder / "baseline.json"]))
        jobs.append(("compare", ["compare", run, run]))
        print(f"{options.clips} clips of {options.frames} frames, 8 rows")
        for name, arguments in jobs:
            seconds, busy = call(program, arguments, cache)
            print(f"{name:15} {seconds:7.2f} s, processor {busy:7.2f} s", flush=True)
        for file in ("baseline.json", "page.html"):
            print(f"{file:15} {(folder / file).stat().st_size / 1e6:7.2f} MB")
        if options.keep:
            shutil.copytree(run, options.keep)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
