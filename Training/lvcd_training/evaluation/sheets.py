"""Contact sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor


def picture(image: Tensor) -> np.ndarray:
    """[3, H, W] in [0, 1] to U8 [H, W, 3]."""
    return (image.clamp(0, 1).permute(1, 2, 0).numpy() * 255 + 0.5).astype(np.uint8)


def rows_of_clip(reference: Tensor, hints: Tensor, result: Tensor, truth: Tensor, frames: list[int]) -> np.ndarray:
    """Three rows: lineart, result, truth; the reference at the left of the result."""
    blank = np.full_like(picture(reference), 255)
    lines = [blank, *(picture((1 - hints[frame]).expand(3, -1, -1)) for frame in frames)]
    middle = [picture(reference), *(picture(result[frame]) for frame in frames)]
    bottom = [blank, *(picture(truth[frame]) for frame in frames)]
    return np.concatenate([np.concatenate(row, 1) for row in (lines, middle, bottom)], 0)


def save_sheet(path: Path, blocks: list[np.ndarray]) -> None:
    """Blocks one below the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(blocks, 0)).save(path)
