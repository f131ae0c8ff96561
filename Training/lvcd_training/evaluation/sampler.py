"""Sequential sampling of long clips: Euler steps, Overlapped Blending, Prev-Reference Attention."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor

from ..config import ModelConfig
from ..model.colorizer import Colorizer, denoised
from ..model.routing import Routing


class Scheme(Enum):
    """How segments after the first are joined to the one before."""

    FULL = "full"
    INDEPENDENT = "independent"


def sigmas(config: ModelConfig, steps: int) -> list[float]:
    """Noise levels from the highest to the lowest, then 0."""
    if steps == 1:
        return [config.sigma_max, 0.0]
    high, low = config.sigma_max ** (1 / config.rho), config.sigma_min ** (1 / config.rho)
    return [(high + index / (steps - 1) * (low - high)) ** config.rho for index in range(steps)] + [0.0]


@dataclass
class _Segment:
    """What the next segment needs of the one before: initial noise, final latents, estimates of every step."""

    noise: Tensor
    latents: Tensor
    estimates: list[Tensor]


class Sampler:
    """Colours several clips of one length at a time. Tensors are [B, frames, ...]."""

    def __init__(self, model: Colorizer, steps: int, scheme: Scheme = Scheme.FULL) -> None:
        self.model = model
        self.config = model.config
        self.levels = sigmas(model.config, steps)
        self.scheme = scheme

    def covered(self, length: int) -> int:
        """Frames delivered of a clip of `length` frames, the reference included."""
        config = self.config
        stride = config.video_frames - config.overlap
        return config.video_frames + 1 + (length - config.video_frames - 1) // stride * stride

    @torch.no_grad()
    def run(
        self,
        reference: Tensor,
        hints: Tensor,
        context: Tensor,
        seed: int,
        draw: Callable[[tuple[int, ...]], Tensor] | None = None,
    ) -> Tensor:
        """Latents [B, frames, z, h, w], the reference's first, for reference [B, z, h, w] and hints [B, L, 1, H, W].

        `draw` replaces the standard normal noise of the first segment.
        """
        config = self.config
        count, overlap = config.video_frames, config.overlap
        frames = self.covered(hints.shape[1])
        features = torch.stack([self.model.control.input_hint_block(h.expand(-1, 3, -1, -1)) for h in hints])
        shape = (len(reference), 1 + overlap + count, *reference.shape[1:])
        generator = torch.Generator().manual_seed(seed)
        noise = (draw(shape) if draw else torch.randn(shape, generator=generator)).to(reference.device)
        clip = reference[:, None]
        previous: _Segment | None = None
        for start in range(1, frames - count + 1, count - overlap):
            video = list(range(start, start + count))
            if previous is None or self.scheme is Scheme.INDEPENDENT:
                condition = reference[:, None].expand(-1, shape[1], -1, -1, -1)
                order = [0] * (overlap + 1) + video
                routing = Routing.first_segment(config, overlap + 1, count)
            else:
                kept = previous.latents[:, -overlap:]
                rest = reference[:, None].expand(-1, count, -1, -1, -1)
                condition = torch.cat([reference[:, None], kept, rest], 1)
                order = [0, *video[:overlap], *video]
                routing = Routing.later_segment(config, count)
                last = previous.noise[:, -overlap:]
                noise = torch.cat([noise[:, :1], last, last, noise[:, overlap + 1 : -overlap]], 1)
            blended = previous if self.scheme is Scheme.FULL else None
            segment = self._segment(noise, condition, features[:, order], context, routing, blended)
            clip = torch.cat([clip if previous is None else clip[:, :-overlap], segment.latents[:, -count:]], 1)
            previous = segment
        return clip

    def _segment(
        self,
        noise: Tensor,
        condition: Tensor,
        features: Tensor,
        context: Tensor,
        routing: Routing,
        previous: _Segment | None,
    ) -> _Segment:
        overlap = self.config.overlap
        clips = len(noise)
        flat_condition, flat_features = condition.flatten(0, 1), features.flatten(0, 1)
        x = noise.flatten(0, 1) * math.sqrt(1 + self.levels[0] ** 2)
        estimates: list[Tensor] = []
        for index, (level, following) in enumerate(zip(self.levels, self.levels[1:])):
            sigma = torch.full((len(x),), level, device=x.device)
            raw = self.model.raw(x, flat_condition, sigma, flat_features, context, routing)
            estimate = denoised(raw.float(), x, sigma).unflatten(0, (clips, -1))
            estimates.append(estimate[:, -overlap:].clone())
            if previous is not None:
                estimate[:, overlap + 1 : 2 * overlap + 1] = previous.estimates[index]
            x = x + (following - level) * (x - estimate.flatten(0, 1)) / level
        return _Segment(noise, x.unflatten(0, (clips, -1)), estimates)
