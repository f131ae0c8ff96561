"""The paper's claims in miniature: the embedded model's variants over held-out clips, compared clip by clip.

    python Benchmarks/claims.py [--program .build/release/lvcd-bench] [--work runs/claims] [--clips 40] [--frames 45]

Generates clips of the family `similar` that no set and no training has, colours them with the variants named by `--rows`
(default all), scores whole frames and changed pixels alone (`--pixels changed`), and prints Markdown: the variants' values,
the paired comparison of each with the full method (`lvcd-bench compare`, Holm's adjustment per table), and how PSNR
changes from a clip's first segment to its last. Run again, it goes on where it stood. Needs numpy and scipy.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
from scipy.stats import t as student

FIRST_SEED = 2**32 + 60_000
FULL = "Full method"
VARIANTS = {
    FULL: {},
    "o = 2": {"overlap": 2},
    "Prev Sample": {"variant": "prev-sample"},
    "- Sample Schemes": {"variant": "no-sample-schemes"},
    "- Ref Attn": {"variant": "no-ref-attn"},
}
METRICS = ["psnr", "ssim", "edmd", "tc"]
SEGMENT = 14


def call(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: exit status {done.returncode}")
    return done.stdout


def configuration(path, suite, methods, pixels):
    document = {"schema": "run/1", "suites": [str(suite)], "metrics": METRICS, "pixels": pixels, "methods": methods}
    path.write_text(json.dumps(document, indent=1))
    return path


def records(run):
    """Folder below `clips/` and content of every clip's record."""
    clips = run / "clips"
    for record in sorted(clips.glob("*/*/*.json")):
        if not record.name.endswith(".failure.json"):
            yield record.parent.relative_to(clips), json.loads(record.read_text())


def outputs(run):
    """Frames of each row by its name: the row's folder is its name with a hash."""
    return {record["method"]["name"]: run / "frames" / folder / "%clip" for folder, record in records(run)}


def clip_scores(run, metric):
    """Scores frame by frame: row to clip to values."""
    scores = {}
    for _, record in records(run):
        for found in record["measurements"]:
            if found["metric"] == metric:
                frames = [np.nan if value is None else value for value in found["measurement"]["frames"]]
                scores.setdefault(record["method"]["name"], {})[record["clip"]] = np.array(frames)
    return scores


def interval(values):
    """Mean and Student's 95 % interval over clips."""
    values = np.asarray(values)
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.2f} ({values.mean() - half:.2f} to {values.mean() + half:.2f})"


def table_of_values(run, rows):
    results = json.loads((run / "results.json").read_text())
    cells = {cell["method"]["name"]: cell["values"] for cell in results["cells"]}
    print("| row | " + " | ".join(metric["label"] for metric in results["metrics"]) + " | right pixels |")
    print("| --- |" + " --- |" * (len(results["metrics"]) + 1))
    for row in rows:
        parts = []
        for metric in results["metrics"]:
            summary = cells[row][metric["id"]]
            bounds = summary.get("interval")
            text = f"{summary['value']:.3f}"
            parts.append(text + (f" ({bounds['lower']:.3f} to {bounds['upper']:.3f})" if bounds else ""))
        right = cells[row]["psnr"]["alternatives"]["right-pixels"]
        print(f"| {row} | {' | '.join(parts)} | {100 * right:.1f} % |")
    print()


def table_of_differences(program, run, rows):
    print(f"| row against {FULL} | metric | difference | 95 % interval | p, adjusted | says |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        if row == FULL:
            continue
        answer = json.loads(call(program, "compare", run, run, f"--row-a={FULL}", f"--row-b={row}", "--json"))
        for line in answer["lines"]:
            if line["quantity"] not in METRICS:
                continue
            bounds = line.get("interval")
            shown = f"{bounds['lower']:+.3f} to {bounds['upper']:+.3f}" if bounds else line.get("note", "")
            difference = line["new"] - line["old"]
            print(
                f"| {row} | {line['label']} | {difference:+.3f} | {shown} | {line['adjustedProbability']:.4f} "
                f"| {line['verdict']} |"
            )
    print()


def table_along_clips(run, rows):
    scores = clip_scores(run, "psnr")

    def change(values):
        return np.nanmean(values[-SEGMENT:]) - np.nanmean(values[:SEGMENT])

    full = {clip: change(values) for clip, values in scores[FULL].items()}
    print("| row | PSNR of the last 14 frames less that of the first 14, dB | less that of the full method |")
    print("| --- | --- | --- |")
    for row in rows:
        own = {clip: change(values) for clip, values in scores[row].items()}
        paired = [own[clip] - full[clip] for clip in own]
        print(f"| {row} | {interval(list(own.values()))} | {'' if row == FULL else interval(paired)} |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("runs/claims"))
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--frames", type=int, default=45)
    parser.add_argument("--rows", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    options = parser.parse_args()
    work, rows = options.work.resolve(), options.rows
    if FULL not in rows:
        sys.exit(f"--rows: every row is compared with '{FULL}', name it too")
    work.mkdir(parents=True, exist_ok=True)
    call(
        options.program, "clips", "generate", "--family", "similar", "--seed", FIRST_SEED, "--count", options.clips,
        "--length", options.frames, "--format", "video", "--name", "claims", "-o", work / "set",
    )
    suite = next((work / "set").glob("*.suite.json"))
    models = [{"name": row, "colorizer": "lvcd", "settings": VARIANTS[row]} for row in rows]
    whole, changed = work / "whole", work / "changed"
    call(options.program, "run", configuration(work / "whole.json", suite, models, "all"), "-o", whole)
    coloured = outputs(whole)
    others = [{"name": row, "outputs": str(coloured[row])} for row in rows]
    call(options.program, "run", configuration(work / "changed.json", suite, others, "changed"), "-o", changed)
    print(f"{options.clips} clips of {options.frames} frames.\n")
    for title, run in (("Whole frames", whole), ("Changed pixels", changed)):
        print(f"{title}:\n")
        table_of_values(run, rows)
        table_of_differences(options.program, run, rows)
        table_along_clips(run, rows)


if __name__ == "__main__":
    main()
