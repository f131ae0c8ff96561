"""Packs: compressed frames of many clips in one safetensors file, about an eighth of the shards' size.

Tensors: `data` U8, the records one after another, each a zlib stream; `offsets` I64 [records + 1] into it; `starts`
I64 [clips + 1], the first record of each clip; `times` I32 [records]. A record is a frame, RGB [H, W, 3] and lineart
[H, W], or a pair of frames with the flow between them: RGB, RGB, flow F16 [2, H, W], visibility [H, W].
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..errors import TrainingError, write_atomically
from .shards import ShardClip

FRAME_BYTES = 4
PAIR_BYTES = 11


def frame_records(clip: ShardClip) -> list[bytes]:
    """The frames of a clip, 4 bytes a pixel."""
    return [frame.tobytes() + lineart.tobytes() for frame, lineart in zip(clip.frames, clip.lineart)]


def pair_records(clip: ShardClip) -> list[bytes]:
    """The consecutive pairs of a clip, 11 bytes a pixel."""
    if clip.flow is None or clip.visible is None:
        raise TrainingError(f"clip {clip.name} has no flow; generate it with --flow")
    pairs = zip(clip.frames, clip.frames[1:], clip.flow, clip.visible)
    return [b"".join(part.tobytes() for part in pair) for pair in pairs]


def write_pack(path: Path, clips: Iterable[ShardClip], description: str, pairs: bool = False) -> None:
    """Packs clips of one size, frame by frame or pair by pair; `description` says how they were generated."""
    blobs: list[bytes] = []
    starts, times, sizes = [0], [], set()
    for clip in clips:
        records = pair_records(clip) if pairs else frame_records(clip)
        blobs.extend(zlib.compress(record, 6) for record in records)
        starts.append(len(blobs))
        times.append(clip.times[: len(records)])
        sizes.add(clip.lineart.shape[1:])
    if len(sizes) != 1:
        raise TrainingError(f"{path}: clips of {len(sizes)} sizes, expected one; generate all with the same --size")
    height, width = sizes.pop()
    offsets = np.concatenate([[0], np.cumsum([len(blob) for blob in blobs])]).astype(np.int64)
    tensors = {
        "data": np.frombuffer(b"".join(blobs), np.uint8),
        "offsets": offsets,
        "starts": np.array(starts, np.int64),
        "times": np.concatenate(times).astype(np.int32),
    }
    metadata = {"description": description, "height": str(height), "width": str(width)}
    metadata["bytes_per_pixel"] = str(PAIR_BYTES if pairs else FRAME_BYTES)
    write_atomically(path, save(tensors, metadata))


class Pack:
    """One pack, memory-mapped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = safe_open(path, "np")
            metadata = self._file.metadata() or {}
            self.height, self.width = int(metadata["height"]), int(metadata["width"])
            self.bytes_per_pixel = int(metadata.get("bytes_per_pixel", FRAME_BYTES))
            self.description = metadata["description"]
            self._offsets = self._file.get_tensor("offsets")
            self.starts = self._file.get_tensor("starts")
            self.times = self._file.get_tensor("times")
            self._data = self._file.get_slice("data")
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise TrainingError(
                f"{path}: not a readable pack ({error}); delete it and run the data stage again"
            ) from error

    def raw(self, index: int) -> np.ndarray:
        """The bytes of a record of the pack, U8 [4 H W] of a frame, U8 [11 H W] of a pair."""
        first, last = int(self._offsets[index]), int(self._offsets[index + 1])
        expected = self.bytes_per_pixel * self.height * self.width
        try:
            values = np.frombuffer(zlib.decompress(self._data[first:last].tobytes()), np.uint8)
        except zlib.error as error:
            raise TrainingError(
                f"{self.path}: frame {index} is damaged ({error}); delete the file and run the data stage again"
            ) from error
        if values.size != expected:
            raise TrainingError(
                f"{self.path}: frame {index} has {values.size} bytes, expected {expected}; "
                "delete the file and run the data stage again"
            )
        return values


class ClipSet:
    """All packs of a kind as one list of frames; clip i is frames `starts[i]` to `starts[i + 1] - 1`."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._packs = [Pack(path) for path in sorted(folder.glob(f"{kind}-*.safetensors"))]
        if not self._packs:
            raise TrainingError(f"{folder}: no packs named {kind}-*.safetensors; run the data stage first")
        self.height, self.width = self._packs[0].height, self._packs[0].width
        self.bytes_per_pixel = self._packs[0].bytes_per_pixel
        for pack in self._packs:
            if (pack.height, pack.width) != (self.height, self.width):
                raise TrainingError(
                    f"{pack.path}: frames of {pack.width}x{pack.height}, other packs have {self.width}x{self.height}; "
                    "generate all with one size"
                )
        counts = [len(pack.times) for pack in self._packs]
        self._firsts = np.concatenate([[0], np.cumsum(counts)])
        starts = [pack.starts[:-1] + first for pack, first in zip(self._packs, self._firsts)]
        self.starts = np.concatenate([*starts, self._firsts[-1:]])
        self.times = np.concatenate([pack.times for pack in self._packs])
        self.packs = len(self._packs)

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.starts) - 1

    def length(self, clip: int) -> int:
        """Frames of a clip."""
        return int(self.starts[clip + 1] - self.starts[clip])

    def raw(self, frames: np.ndarray) -> np.ndarray:
        """Records by number, U8 [n, bytes]."""
        numbers = np.searchsorted(self._firsts, frames, side="right") - 1
        return np.stack([self._packs[n].raw(int(f - self._firsts[n])) for n, f in zip(numbers, frames)])
