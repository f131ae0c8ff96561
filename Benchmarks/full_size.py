"""Measures the official model at full size: memory and time of one step and of decoding one chunk at 576x320.

    swift build -c release --product lvcd-bench
    python Benchmarks/full_size.py FOLDER [--program .build/release/lvcd-bench] [--threads 1]

FOLDER gets weight files with the official names and shapes and random values (6.3 GB, see official_weights.py; kept and
used again) and a generated clip of 10 frames. `colorize --steps 1` on it is one segment of one step with 19 frames, and
one chunk of 10 decoded frames. Stages are told apart by the program's own messages; memory is what the system counts as
resident, of which file pages can be given back at any time. `plan` is asked for the same beforehand. Prints Markdown
and exits with 1 when the process held 20 GB or more. Needs NumPy.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import official_weights

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--program", default=".build/release/lvcd-bench")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--keys", default="Tests/Golden/lvcd-checkpoint-keys.tsv")
arguments = parser.parse_args()

LIMIT = 20e9
CLIP_FRAMES = 10
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid):
    """Resident bytes by kind."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    entries = dict(line.split(":", 1) for line in lines if ":" in line)
    return {name: int(entries[name].split()[0]) * 1024 for name in ("VmHWM", "RssAnon", "RssFile")}


class Stages:
    """What a process took from one message to the next."""

    def __init__(self, pid):
        self.pid, self.rows, self.lock = pid, [], threading.Lock()
        self.begin("loading and reference")
        threading.Thread(target=self.watch, daemon=True).start()

    def begin(self, name):
        with self.lock:
            self.end()
            self.rows.append({"name": name, "wall": time.monotonic(), "processor": self.now(), "peak": {}})

    def now(self):
        try:
            self.last = processor_seconds(self.pid)
        except OSError:
            pass
        return self.last

    def end(self):
        if self.rows and "seconds" not in self.rows[-1]:
            row = self.rows[-1]
            row["seconds"] = time.monotonic() - row["wall"]
            row["processor"] = self.now() - row["processor"]

    def watch(self):
        while True:
            try:
                found = memory(self.pid)
            except (OSError, KeyError):
                return
            with self.lock:
                self.now()
                peak = self.rows[-1]["peak"]
                for name, value in found.items():
                    peak[name] = max(peak.get(name, 0), value)
            time.sleep(0.2)


weights = [arguments.folder / f"{name}.safetensors" for name in ("svd", "lvcd")]
if not all(path.exists() for path in weights):
    weights = official_weights.make(arguments.folder, arguments.keys)
clip, output = arguments.folder / "clip", arguments.folder / "coloured"
for path in (output, pathlib.Path(f"{output}.state")):
    shutil.rmtree(path, ignore_errors=True)
subprocess.run(
    [arguments.program, "clips", "generate", "--size", "576x320", "--length", str(CLIP_FRAMES), "--seed", "7",
     "-o", str(clip), "-q"], check=True, stdout=subprocess.DEVNULL)
pictures = next(path for path in sorted(clip.iterdir()) if path.is_dir())
threads = ["--threads", str(arguments.threads)]
files = ["--weights", *map(str, weights)]
plan = json.loads(subprocess.run(
    [arguments.program, "plan", "--frames", str(CLIP_FRAMES), "--steps", "1", "--json", *threads, *files],
    check=True, capture_output=True, text=True).stdout)

process = subprocess.Popen(
    [arguments.program, "colorize", "--reference", str(pictures / "color/00000.png"), "--lineart",
     str(pictures / "lineart"), "-o", str(output), "--steps", "1", *threads, *files],
    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
stages = Stages(process.pid)
for line in process.stderr:
    if line.startswith("sampling:") and " to do" in line:
        stages.begin("one step")
    elif line.startswith("decoding:") and " to do" in line:
        stages.begin("one decoded chunk")
    elif " to do" not in line:
        sys.stderr.write(line)
_, status, usage = os.wait4(process.pid, 0)
with stages.lock:
    stages.end()
if status:
    sys.exit(f"colorize ended with status {status}")

work = {"one step": plan["step_flops"], "one decoded chunk": plan["decoding_flops"]}
planned = {"one step": plan["seconds_per_step"], "one decoded chunk": plan["decoding_seconds"]}
print("| stage | processor, s | wall, s | GFLOP/s of processor time | planned, s | resident, GiB | of it file pages, GiB |")
print("|---|---|---|---|---|---|---|")
for row in stages.rows:
    rate = f"{work[row['name']] / row['processor'] / 1e9:.0f}" if row["name"] in work else ""
    expected = f"{planned[row['name']]:.0f}" if row["name"] in work else ""
    peak = row["peak"]
    print(
        f"| {row['name']} | {row['processor']:.0f} | {row['seconds']:.0f} | {rate} | {expected} | "
        f"{(peak['RssAnon'] + peak['RssFile']) / 2**30:.1f} | {peak['RssFile'] / 2**30:.1f} |")
resident = usage.ru_maxrss * 1024
print()
print(f"- peak resident memory: {resident / 2**30:.2f} GiB; planned {plan['memory_bytes'] / 2**30:.2f} GiB")
print(f"- rate measured by `plan`: {plan['gflops_per_second']:.0f} GFLOP/s; threads: {arguments.threads}")
if resident >= LIMIT:
    sys.exit("more than 20 GB")
