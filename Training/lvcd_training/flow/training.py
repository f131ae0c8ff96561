"""The raft stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..data.packs import ClipSet
from ..data.store import FrameStore
from ..training.curves import Row
from .film import filmed
from .raft import RAFTSmall

GAMMA = 0.8
CROP = 160
#: Share of batches that are made to look like film.
FILM = 0.6
VALIDATION_PAIRS = 16
VALIDATION_UPDATES = 12


@dataclass(frozen=True)
class FlowOptions:
    """Pairs per step; whole frames with 12 updates, or crops with 6 where time is short."""

    seed: int
    pairs: int
    full_size: bool


@dataclass(frozen=True)
class Pairs:
    """Images [n, 3, H, W] in [-1, 1], flow [n, 2, H, W] from the first to the second, visibility [n, H, W]."""

    first: Tensor
    second: Tensor
    flow: Tensor
    visible: Tensor

    @classmethod
    def unpack(cls, raw: Tensor, height: int, width: int) -> Pairs:
        """From records U8 [n, 11 H W]."""
        pixels = height * width
        images = [
            raw[:, part * 3 * pixels : (part + 1) * 3 * pixels]
            .unflatten(1, (height, width, 3))
            .permute(0, 3, 1, 2)
            .float()
            / 127.5
            - 1
            for part in range(2)
        ]
        flow = raw[:, 6 * pixels : 10 * pixels].contiguous().view(torch.float16).unflatten(1, (2, height, width))
        return cls(images[0], images[1], flow.float(), raw[:, 10 * pixels :].unflatten(1, (height, width)) > 0)

    def crop(self, top: int, left: int, side: int) -> Pairs:
        """The same window of everything."""
        rows, columns = slice(top, top + side), slice(left, left + side)
        first, second, flow = (value[:, :, rows, columns] for value in (self.first, self.second, self.flow))
        return Pairs(first, second, flow, self.visible[:, rows, columns])

    def augmented(self, rng: np.random.Generator) -> Pairs:
        """Mirrored, recoloured and changed in contrast, all pairs of the batch alike."""
        first, second, flow, visible = self.first, self.second, self.flow, self.visible
        for axis, component in ((2, 1), (3, 0)):
            if rng.random() < 0.5:
                first, second, flow = (value.flip(axis) for value in (first, second, flow))
                visible = visible.flip(axis - 1)
                sign = torch.ones(2, device=flow.device)
                sign[component] = -1
                flow = flow * sign.view(1, 2, 1, 1)
        order = rng.permutation(3).tolist()
        contrast, brightness = rng.uniform(0.6, 1.2), rng.uniform(-0.2, 0.2)
        images = [(image[:, order] * contrast + brightness).clamp(-1, 1) for image in (first, second)]
        return Pairs(images[0], images[1], flow, visible)


class FlowTask:
    """Sequence loss on exact flow, occluded pixels included."""

    columns = ["loss", "loss end-point error"]

    def __init__(
        self, name: str, model: RAFTSmall, data: FrameStore, validation: dict[str, ClipSet], options: FlowOptions
    ) -> None:
        self.name = name
        self.module = model
        self.options = options
        self.frames_per_step = options.pairs
        self._data = data
        self._validation = validation
        self._records: Iterator[Tensor] | None = None
        self._next = -1

    def trained(self, name: str) -> bool:
        """Everything is."""
        return True

    def describe(self) -> dict[str, Any]:
        """Seed and batch."""
        return {"seed": self.options.seed, "pairs": self.options.pairs, "full_size": self.options.full_size}

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """Absolute error of every update's flow, later ones weighing more."""
        options, clips = self.options, self._data.clips
        if self._records is None or step != self._next:
            self._records = self._data.records(self._plans(step))
        self._next = step + 1
        rng = np.random.default_rng([options.seed, step, 1])
        pairs = Pairs.unpack(next(self._records), clips.height, clips.width).augmented(rng)
        if not options.full_size:
            top, left = (int(rng.integers(side - CROP + 1)) for side in (clips.height, clips.width))
            pairs = pairs.crop(top, left, CROP)
        if rng.random() < FILM:
            first, second, flow = filmed(rng, pairs.first, pairs.second, pairs.flow)
            pairs = Pairs(first, second, flow, pairs.visible)
        iterations = 12 if options.full_size else 6
        device = pairs.flow.device
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            flows = self.module(pairs.first, pairs.second, iterations)
        weights = [GAMMA ** (iterations - 1 - index) for index in range(iterations)]
        loss = torch.stack([w * (flow - pairs.flow).abs().mean() for w, flow in zip(weights, flows)]).sum()
        error = (flows[-1].detach() - pairs.flow).norm(dim=1).mean()
        sums = torch.stack([loss.detach(), error])
        return loss, torch.stack([sums, torch.ones_like(sums)], 1)

    def _plans(self, step: int) -> Iterator[np.ndarray]:
        total = int(self._data.clips.starts[-1])
        while True:
            yield np.random.default_rng([self.options.seed, step]).integers(total, size=self.options.pairs)
            step += 1

    def validate(self, average: RAFTSmall) -> Row:
        """Mean end-point error on held-out pairs, in pixels at 256 x 256."""
        row: Row = {}
        for name, clips in self._validation.items():
            errors = []
            for index in range(min(VALIDATION_PAIRS, int(clips.starts[-1]))):
                raw = torch.from_numpy(clips.raw(np.array([index]))).to(self._data.device)
                pairs = Pairs.unpack(raw, clips.height, clips.width)
                flow = average(pairs.first, pairs.second, VALIDATION_UPDATES)[-1]
                errors.append((flow - pairs.flow).norm(dim=1).mean().item())
            row[f"validation end-point error {name}"] = float(np.mean(errors))
        return row
