"""Reads what `lvcd-bench clips generate --format training` writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from ..errors import TrainingError


@dataclass(frozen=True)
class ShardClip:
    """One clip: frames U8 [T, H, W, 3], lineart U8 [T, H, W] (black on white), times [T]; flow where it was asked for.

    flow F16 [T - 1, 2, H, W] leads from frame t to t + 1 in pixels, x then y; visible U8 [T - 1, H, W].
    """

    name: str
    frames: np.ndarray
    lineart: np.ndarray
    times: np.ndarray
    flow: np.ndarray | None
    visible: np.ndarray | None


def shard_paths(folder: Path) -> list[Path]:
    """The shards of a folder in order."""
    return sorted(folder.glob("shard-*.safetensors"))


def read_shard(path: Path) -> Iterator[ShardClip]:
    """The clips of one shard."""
    try:
        with safe_open(path, "np") as file:
            keys = set(file.keys())
            for name in sorted(key.removesuffix("/frames") for key in keys if key.endswith("/frames")):
                frames = file.get_tensor(f"{name}/frames")
                lineart = f"{name}/lineart"
                if lineart not in keys:
                    raise TrainingError(f"{path}: clip {name} has no lineart; generate it without --no-lineart")
                times = f"{name}/times"
                yield ShardClip(
                    name,
                    frames,
                    file.get_tensor(lineart),
                    file.get_tensor(times).astype(np.int32)
                    if times in keys
                    else np.arange(len(frames), dtype=np.int32),
                    file.get_tensor(f"{name}/flow") if f"{name}/flow" in keys else None,
                    file.get_tensor(f"{name}/visible") if f"{name}/visible" in keys else None,
                )
    except (SafetensorError, OSError) as error:
        raise TrainingError(
            f"{path}: not a readable training shard ({error}); delete it and generate it again"
        ) from error
