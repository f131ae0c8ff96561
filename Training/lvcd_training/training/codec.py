"""The codec stage: the decoder, and the encoder's convolutions where the configuration has any."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..data.packs import ClipSet
from ..data.store import FrameStore, augment
from ..model.codec import Codec
from .curves import Row

CROP = 64
CROPS_PER_FRAME = 2
LATENT_NOISE = (0.03, 0.5)
VALIDATION_NOISE = 0.3
CORRECTION_WEIGHT = 1e-3


class CodecTask:
    """Trains on crops; the decoder is fed noisy latents, at a level of its own for each crop: it will decode what the
    colorizer estimates, and the lineart tells it where areas must be flat."""

    columns = ["loss", "loss square"]

    def __init__(
        self,
        name: str,
        codec: Codec,
        data: FrameStore,
        validation: dict[str, ClipSet],
        seed: int,
        frames: int,
    ) -> None:
        self.name = name
        self.module = codec
        self.seed = seed
        self.frames_per_step = frames
        self._data = data
        self._validation = {key: FrameStore(clips, data.device, 1, resident=False) for key, clips in validation.items()}
        self._batches: Iterator[tuple[Tensor, Tensor]] | None = None
        self._next = -1

    def trained(self, name: str) -> bool:
        """The linear parts stay as they are in the encoder; everything else is trained."""
        return not name.startswith("encoder.linear")

    def describe(self) -> dict[str, Any]:
        """Configuration, seed and batch."""
        return {"config": repr(self.module.config), "seed": self.seed, "frames": self.frames_per_step}

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """Four times the square plus the absolute error, and a little on the size of the encoder's correction."""
        rng = np.random.default_rng([self.seed, step, 1])
        images, hints = self._batch(step)
        images, hints = augment(images, hints, 1, rng)
        patch = self.module.config.patch_size
        limits = [(side - CROP) // patch + 1 for side in images.shape[2:]]
        tops, lefts = (patch * rng.integers(limit, size=len(images) * CROPS_PER_FRAME) for limit in limits)
        crops, hints = (
            torch.stack(
                [
                    values[index // CROPS_PER_FRAME, :, top : top + CROP, left : left + CROP]
                    for index, (top, left) in enumerate(zip(tops, lefts))
                ]
            ).contiguous(memory_format=torch.channels_last)
            for values in (images, hints)
        )
        encoder = self.module.encoder
        latents, correction = encoder.linear(crops), encoder.correction(crops)
        size = crops.new_zeros(())
        if correction is not None:
            latents = latents + correction
            size = correction.pow(2).mean()
        generator = torch.Generator(images.device).manual_seed((self.seed << 40) + step)
        noise = torch.randn(latents.shape, generator=generator, device=images.device)
        low, high = map(math.log, LATENT_NOISE)
        share = torch.rand((len(latents), 1, 1, 1), generator=generator, device=images.device)
        level = torch.exp(low + (high - low) * share)
        errors = self.module.decoder(latents + level * noise, hints) - crops
        square = errors.pow(2).mean()
        loss = 4 * square + errors.abs().mean() + CORRECTION_WEIGHT * size
        sums = torch.stack([loss.detach(), square.detach()])
        return loss, torch.stack([sums, torch.ones_like(sums)], 1)

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        if self._batches is None or step != self._next:
            self._batches = self._data.batches(self._plans(step))
        self._next = step + 1
        return next(self._batches)

    def _plans(self, step: int) -> Iterator[np.ndarray]:
        total = int(self._data.clips.starts[-1])
        while True:
            yield np.random.default_rng([self.seed, step]).integers(total, size=self.frames_per_step)
            step += 1

    def validate(self, average: nn.Module) -> Row:
        """Mean PSNR over one frame of every held-out clip, in dB: of clean and of noisy latents."""
        row: Row = {}
        for name, store in self._validation.items():
            frames = store.clips.starts[:-1] + 12
            images, hints = store.frames(frames)
            latents = average.encoder(images)
            noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0)).to(latents.device)
            for label, level in (("", 0.0), (f" at noise {VALIDATION_NOISE}", VALIDATION_NOISE)):
                decoded = average.decoder(latents + level * noise, hints).clamp(-1, 1)
                square = ((decoded - images) / 2).pow(2).mean((1, 2, 3))
                row[f"validation PSNR {name}{label}"] = (-10 * square.log10()).mean().item()
        return row
