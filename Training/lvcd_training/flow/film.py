"""Makes pairs of flat cartoons look like film, with the flow still exact: surfaces, slow movement, noise and blur.

A network trained on flat drawings alone follows painted and rendered surfaces badly and is coarse on slow motion.
"""

from __future__ import annotations

from math import exp, log

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

#: Room around a frame for places that the flow leads to outside it, in pixels.
MARGIN = 64
STILL, DEFORMED, TEXTURED, BLURRED, NOISY = 0.2, 0.6, 0.6, 0.4, 0.5


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))


def _places(height: int, width: int) -> Tensor:
    """Pixel coordinates [1, 2, H, W], x first."""
    y, x = torch.meshgrid(torch.arange(height, dtype=torch.float32), torch.arange(width, dtype=torch.float32), indexing="ij")
    return torch.stack([x, y])[None]


def sample(image: Tensor, places: Tensor) -> Tensor:
    """Reads [n, C, H, W] at pixel coordinates [n, 2, h, w], bilinear; edge pixels outside."""
    size = torch.tensor([image.shape[3], image.shape[2]], dtype=torch.float32, device=image.device)
    grid = (places.permute(0, 2, 3, 1) + 0.5) / size * 2 - 1
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="border", align_corners=False)


def deformed(rng: np.random.Generator, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """The second image drawn over a smooth field of up to a few pixels, and the flow that leads there."""
    number, _, height, width = second.shape
    grid = _places(height, width).to(second.device)
    amplitude = exp(rng.uniform(log(0.1), log(6)))
    bend = _normal(rng, number, 2, 4, 4) * 0.7 + _normal(rng, number, 2, 1, 1)
    bend = F.interpolate(bend.to(second.device), (height, width), mode="bicubic", align_corners=False) * amplitude
    # New pixel q shows what stood at q + bend(q); where a pixel went is found by iteration, the field being smooth.
    shift = -bend
    for _ in range(4):
        shift = -sample(bend, grid + shift)
    return sample(second, grid + bend), flow + sample(shift, grid + flow)


def surface(rng: np.random.Generator, number: int, height: int, width: int) -> Tensor:
    """Noise of several coarsenesses [n, 3, H, W], mostly grey, of random strength."""
    total = torch.zeros(number, 3, height, width)
    for coarseness in (1, 2, 4, 8, 16, 32):
        cells = (-(-height // coarseness) + 1, -(-width // coarseness) + 1)
        noise = _normal(rng, number, 1, *cells) + 0.3 * _normal(rng, number, 3, *cells)
        noise = F.interpolate(noise, scale_factor=coarseness, mode="bilinear", align_corners=False)
        total += noise[:, :, :height, :width] * float(rng.uniform(0, 1) ** 2)
    strength = exp(rng.uniform(log(0.02), log(0.4)))
    return total / total.std().clamp(min=1e-6) * strength


def textured(rng: np.random.Generator, first: Tensor, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Every surface gets a pattern that moves with it."""
    number, _, height, width = second.shape
    pattern = surface(rng, number, height + 2 * MARGIN, width + 2 * MARGIN).to(second.device)
    grid = _places(height, width).to(second.device) + MARGIN
    moved = sample(pattern, grid + flow)
    still = pattern[:, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    return first + moved, second + still


def blurred(rng: np.random.Generator, images: list[Tensor]) -> list[Tensor]:
    """Both images through one Gaussian."""
    deviation = float(rng.uniform(0.4, 1.5))
    taps = torch.exp(-(torch.arange(-4, 5, dtype=torch.float32) ** 2) / (2 * deviation**2))
    taps = (taps / taps.sum()).to(images[0].device)
    kernel = taps.expand(3, 1, 9)
    return [
        F.conv2d(
            F.conv2d(F.pad(image, (4, 4, 4, 4), mode="replicate"), kernel[:, :, None], groups=3),
            kernel[:, :, :, None],
            groups=3,
        )
        for image in images
    ]


def filmed(rng: np.random.Generator, first: Tensor, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Any of the changes, each with its share; images [n, 3, H, W] in [-1, 1], flow [n, 2, H, W] in pixels."""
    if rng.random() < STILL:
        second, flow = first, torch.zeros_like(flow)
    if rng.random() < DEFORMED:
        second, flow = deformed(rng, second, flow)
    if rng.random() < TEXTURED:
        first, second = textured(rng, first, second, flow)
    if rng.random() < BLURRED:
        first, second = blurred(rng, [first, second])
    # A film's light flickers and its grain is new in every frame.
    second = second * float(rng.uniform(0.9, 1.1)) + float(rng.uniform(-0.05, 0.05))
    if rng.random() < NOISY:
        grain = float(rng.uniform(0, 0.05))
        first, second = (image + grain * _normal(rng, *image.shape).to(image.device) for image in (first, second))
    return first.clamp(-1, 1), second.clamp(-1, 1), flow
