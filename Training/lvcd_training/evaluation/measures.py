"""Per-frame scores on 8-bit pictures, all pixels and the pixels that copying the reference gets wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

TOLERANCE = 0.12
PAPER = 200 / 255
FEWEST_PIXELS = 50


@dataclass(frozen=True)
class Regions:
    """Non-line pixels, and those of them whose true colour differs from the reference at the same place; [n, H, W]."""

    flat: Tensor
    changed: Tensor

    @classmethod
    def of(cls, truth: Tensor, reference: Tensor, hints: Tensor) -> Regions:
        """truth [n, 3, H, W] and reference [3, H, W] in [0, 1]; hints [n, 1, H, W], 1 on lines."""
        flat = F.max_pool2d(hints, 3, 1, 1)[:, 0] < 1 - PAPER
        return cls(flat, flat & ((truth - reference).abs().amax(1) > TOLERANCE))


def scores(result: Tensor, truth: Tensor, regions: Regions) -> dict[str, np.ndarray]:
    """Per frame: PSNR (dB), share of right pixels, and both on changed pixels (NaN on frames with next to none)."""
    square = (result - truth).pow(2).mean(1)
    right = (result - truth).abs().amax(1) <= TOLERANCE
    changed = regions.changed.sum((1, 2))
    enough = torch.where(changed >= FEWEST_PIXELS, 1.0, torch.nan)

    def share(values: Tensor, region: Tensor) -> Tensor:
        return (values * region).sum((1, 2)) / region.sum((1, 2)).clamp_min(1)

    def decibels(values: Tensor) -> Tensor:
        return -10 * values.clamp_min(1e-10).log10()

    return {
        "psnr": decibels(square.mean((1, 2))).numpy(),
        "right": share(right, regions.flat).numpy(),
        "changed_psnr": (decibels(share(square, regions.changed)) * enough).numpy(),
        "changed_right": (share(right, regions.changed) * enough).numpy(),
    }


def interval(values: np.ndarray, seed: int = 0, draws: int = 10_000) -> tuple[float, float, float]:
    """Mean over clips and its 95 % bootstrap interval."""
    values = values[np.isfinite(values)]
    if not values.size:
        return (float("nan"),) * 3
    rng = np.random.default_rng(seed)
    means = values[rng.integers(len(values), size=(draws, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)
