"""The data stage: generates clips with the program, a pack at a time, and keeps only the packs."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ..errors import TrainingError, write_atomically
from .packs import Pack, write_pack
from .shards import read_shard, shard_paths

FIRST_TEST_SEED = 1 << 32


@dataclass(frozen=True)
class Kind:
    """Clips from `seed` on, of `length` frames as the program takes it; `keep` frames of each, or all."""

    name: str
    clips: int
    seed: int
    length: str
    per_pack: int
    keep: int | None = None
    family: str = "similar"
    palette: str = "mixed"
    motion: float = 1.0
    flow: bool = False
    side: int | None = None

    def arguments(self, pack: int, size: int) -> list[str]:
        """Arguments of `lvcd-bench clips generate` for one pack, less its output and its jobs."""
        count = min(self.per_pack, self.clips - pack * self.per_pack)
        side = self.side or size
        words = ["--family", self.family, "--palette", self.palette, "--size", f"{side}x{side}"]
        words += [
            "--seed",
            str(self.seed + pack * self.per_pack),
            "--count",
            str(count),
            "--length",
            self.length,
        ]
        words += ["--keep", str(self.keep)] if self.keep else []
        words += ["--motion", f"{self.motion:g}", "--flow"] if self.flow else []
        return [*words, "--format", "training"]


# The embedded sets come from the first 72 test seeds of either family; held-out clips start beyond them.
KINDS = {
    kind.name: kind
    for kind in (
        Kind("validation", 48, FIRST_TEST_SEED + 10_000, "45", 48, palette="harmonious"),
        Kind("similar", 48, FIRST_TEST_SEED + 20_000, "45", 48, palette="harmonious"),
        Kind("general", 24, FIRST_TEST_SEED + 1_020_000, "45", 24, family="general", palette="harmonious"),
        Kind("image", 20_000, 1, "16:60", 500, keep=8),
        Kind("video", 3_000, 1_000_000, "36:48", 100),
        Kind("flow", 4_000, 2_000_000, "2", 250, motion=1.5, flow=True, side=256),
        Kind("flowsimilar", 100, FIRST_TEST_SEED + 30_000, "2", 100, palette="harmonious", flow=True, side=256),
        Kind(
            "flowgeneral",
            100,
            FIRST_TEST_SEED + 1_030_000,
            "2",
            100,
            family="general",
            palette="harmonious",
            flow=True,
            side=256,
        ),
    )
}


def prepare(folder: Path, program: Path, kind: Kind, size: int, jobs: int) -> None:
    """Makes the missing packs of one kind, `jobs` at a time."""
    packs = range(-(-kind.clips // kind.per_pack))
    with ThreadPoolExecutor(jobs) as pool:
        for path in pool.map(lambda number: _prepare_pack(folder, program, kind, size, number), packs):
            if path is not None:
                print(f"{path.name}: {path.stat().st_size >> 20} MiB, {len(packs)} packs in all", flush=True)


def _prepare_pack(folder: Path, program: Path, kind: Kind, size: int, number: int) -> Path | None:
    """Makes one pack in a process of its own; None where it is there already."""
    path = folder / f"{kind.name}-{number:04d}.safetensors"
    arguments = kind.arguments(number, size)
    description = " ".join(arguments)
    if path.exists() and Pack(path).description == description:
        return None
    scratch = folder / f"generated-{path.stem}"
    shutil.rmtree(scratch, ignore_errors=True)
    generate(program, [*arguments, "--jobs", "1", "--output", str(scratch)])
    worker = get_context("spawn").Process(target=_pack_shards, args=(path, scratch, description, kind.flow))
    worker.start()
    worker.join()
    shutil.rmtree(scratch)
    if worker.exitcode != 0:
        raise TrainingError(f"{path}: packing failed (see above); run the data stage again once this is repaired")
    return path


def _pack_shards(path: Path, scratch: Path, description: str, pairs: bool) -> None:
    try:
        write_pack(path, (clip for shard in shard_paths(scratch) for clip in read_shard(shard)), description, pairs)
    except TrainingError as error:
        sys.exit(f"error: {error}")


def generate(program: Path, arguments: list[str]) -> None:
    """Runs the program's generator."""
    try:
        result = subprocess.run([program, "clips", "generate", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise TrainingError(
            f"{program}: cannot be run ({error.strerror}); build it with 'make build' or name it with --program"
        ) from error
    if result.returncode != 0:
        raise TrainingError(f"{program} clips generate failed: {result.stderr.strip()}")


def write_manifest(folder: Path) -> str:
    """Writes `manifest.json` with the SHA-256 of every pack; the hash of that list identifies the data."""
    entries = {}
    for path in sorted(folder.glob("*.safetensors")):
        with open(path, "rb") as file:
            entries[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
    write_atomically(folder / "manifest.json", text.encode())
    return hashlib.sha256(text.encode()).hexdigest()
