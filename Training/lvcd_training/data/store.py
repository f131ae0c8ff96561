"""Frames as tensors for training: decoded on demand, or all at once into the memory of the device."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from .packs import ClipSet

CHUNK = 512


class FrameStore:
    """Delivers frames of a set on a device; `resident` decodes the whole set once (64 KiB a frame at 128 x 128)."""

    def __init__(self, clips: ClipSet, device: torch.device, workers: int, resident: bool) -> None:
        self.clips = clips
        self.device = device
        self._pool = ThreadPoolExecutor(workers)
        self._resident = self._decode_all() if resident else None

    def _decode_all(self) -> Tensor:
        total = int(self.clips.starts[-1])
        store = torch.empty(
            total,
            self.clips.bytes_per_pixel * self.clips.height * self.clips.width,
            dtype=torch.uint8,
            device=self.device,
        )
        chunks = [np.arange(first, min(first + CHUNK, total)) for first in range(0, total, CHUNK)]
        for chunk, values in zip(chunks, self._pool.map(self.clips.raw, chunks)):
            store[int(chunk[0]) : int(chunk[-1]) + 1] = torch.from_numpy(values).to(self.device)
        return store

    def batches(self, plans: Iterator[np.ndarray]) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and hints for each array of frame numbers."""
        return map(self.unpack, self.records(plans))

    def records(self, plans: Iterator[np.ndarray], ahead: int = 2) -> Iterator[Tensor]:
        """Records U8 [n, bytes] for each array of their numbers, decoded ahead of use."""
        if self._resident is not None:
            for plan in plans:
                yield self._resident[torch.from_numpy(plan).to(self.device)]
            return
        pending = [self._pool.submit(self.clips.raw, next(plans)) for _ in range(ahead)]
        for plan in plans:
            pending.append(self._pool.submit(self.clips.raw, plan))
            yield torch.from_numpy(pending.pop(0).result()).to(self.device)

    def frames(self, numbers: np.ndarray) -> tuple[Tensor, Tensor]:
        """Images and hints of frames by number."""
        return self.unpack(torch.from_numpy(self.clips.raw(numbers)).to(self.device))

    def unpack(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Bytes [n, 4 H W] to images [n, 3, H, W] in [-1, 1] and hints [n, 1, H, W], 1 on lines."""
        height, width = self.clips.height, self.clips.width
        pixels = height * width
        images = raw[:, : 3 * pixels].unflatten(1, (height, width, 3)).permute(0, 3, 1, 2).float() / 127.5 - 1
        return images, 1 - raw[:, 3 * pixels :].unflatten(1, (1, height, width)).float() / 255


def augment(images: Tensor, hints: Tensor, group: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Mirrors half of the groups of `group` frames, permutes the colour channels of each; black stays black."""
    orders, mirrored = [], []
    for _ in range(len(images) // group):
        orders.append(rng.permutation(3))
        mirrored.append(rng.random() < 0.5)
    device = images.device
    order = torch.from_numpy(np.repeat(np.stack(orders), group, 0)).to(device)
    flags = torch.tensor(mirrored, device=device).repeat_interleave(group).view(-1, 1, 1, 1)
    images = torch.gather(images, 1, order[..., None, None].expand_as(images))
    return torch.where(flags, images.flip(3), images), torch.where(flags, hints.flip(3), hints)
