"""The image and video stages, with or without Reference Attention."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..data.packs import ClipSet
from ..data.store import FrameStore, augment
from ..model.codec import Codec
from ..model.colorizer import Colorizer, denoised, is_inert, is_temporal, training_target
from ..model.routing import Routing
from .curves import Row

SIGMA_EDGES = (0.2, 0.5, 1.5, 6.0, 30.0)
VALIDATION_SIGMA = 30.0
IMAGE_TIMES = (0, 4, 12, 20, 28)
REFERENCE_WEIGHT = 0.1
ROLLOUT_SIGMA = (10.0, 300.0)


@dataclass(frozen=True)
class ColorizerOptions:
    """Settings of a stage: clips per step, targets per clip, and the distribution of the noise levels.

    `rollout_share`: share of steps that start from the model's own estimate, as sampling does, and not from the truth.
    """

    seed: int
    clips: int
    targets: int
    video: bool
    sigma_mean: float = 1.0
    sigma_deviation: float = 1.6
    low_noise_share: float = 0.0
    rollout_share: float = 0.0
    autocast: bool = False


class ColorizerTask:
    """Trains the colorizer on latents of the fixed encoder."""

    def __init__(
        self,
        name: str,
        model: Colorizer,
        codec: Codec,
        data: FrameStore,
        validation: ClipSet,
        options: ColorizerOptions,
    ) -> None:
        self.name = name
        self.module = model
        self.options = options
        self.frames_per_step = options.clips * options.targets
        edges = ["0", *(f"{edge:g}" for edge in SIGMA_EDGES), "inf"]
        self.columns = ["loss", *(f"loss {low} to {high}" for low, high in zip(edges, edges[1:]))]
        self._codec = codec
        self._data = data
        self._edges = torch.tensor(SIGMA_EDGES, device=data.device)
        self._routing = Routing.training(options.targets, options.video, model.config.reference_attention)
        self._batches: Iterator[tuple[Tensor, Tensor]] | None = None
        self._next = -1
        self._network: nn.Module = model
        self._validation = FrameStore(validation, data.device, 1, resident=False)

    def compile(self) -> None:
        """Compiles the network for its one shape of batch."""
        self._network = torch.compile(self.module)

    def trained(self, name: str) -> bool:
        """The video stage trains the temporal branch, the image stage all else; parameters without influence never."""
        return not is_inert(name) and is_temporal(name) == self.options.video

    def describe(self) -> dict[str, Any]:
        """Configuration, seed and batch. Of the codec only what makes the latents: its decoder is trained apart."""
        options = self.options
        config = self.module.config
        if config.codec is not None:
            config = replace(config, codec=replace(config.codec, decoder_channels=(), decoder_lineart=False))
        return {
            "config": config.to_json(),
            "seed": options.seed,
            "clips": options.clips,
            "targets": options.targets,
            "video": options.video,
        }

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """Mean square of the raw output's error; the reference frame counts a tenth."""
        options = self.options
        images, hints = self._batch(step)
        images, hints = augment(images, hints, options.targets + 1, np.random.default_rng([options.seed, step, 1]))
        with torch.no_grad():
            clean = self._codec.encoder(images)
        generator = torch.Generator(clean.device).manual_seed((options.seed << 40) + 2 * step + 1)
        sigma = self._sigmas(len(clean), generator)
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        rollout = torch.rand((), generator=generator, device=clean.device).item() < options.rollout_share
        with torch.autocast(clean.device.type, torch.bfloat16, enabled=options.autocast):
            context = self.module.context(images[:: self._routing.frames])
            start = self._estimate(clean, noise, sigma, hints, context, generator) if rollout else clean
            noised = start + sigma.view(-1, 1, 1, 1) * noise
            raw = self._run(self._network, clean, noised, sigma, hints, context, self._routing)
        errors = (raw.float() - training_target(clean, noised, sigma)).pow(2).mean((1, 2, 3))
        if rollout:
            # The estimate's error adds to the noise: the weight is that of the level at which both together lie.
            variance = (start - clean).pow(2).mean((1, 2, 3))
            errors = errors * sigma**2 / (sigma**2 + variance)
        errors = errors.unflatten(0, (options.clips, -1))
        targets = errors[:, 1:].flatten()
        return targets.mean() + REFERENCE_WEIGHT * errors[:, 0].mean(), self._statistics(
            targets.detach(), sigma.unflatten(0, (options.clips, -1))[:, 1:].flatten()
        )

    @torch.no_grad()
    def _estimate(
        self,
        clean: Tensor,
        noise: Tensor,
        sigma: Tensor,
        hints: Tensor,
        context: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        """What one call makes of the same noise at a level so high that nothing of the truth is left in it.

        In sampling the noised latents hold such estimates. A network that has only seen true latents under its noise
        takes their errors for the truth and keeps them (the exposure bias of diffusion models).
        """
        low, high = (math.log(value) for value in ROLLOUT_SIGMA)
        draws = self.options.clips if self.options.video else len(clean)
        share = torch.rand(draws, generator=generator, device=generator.device).repeat_interleave(len(clean) // draws)
        level = torch.maximum(torch.exp(low + (high - low) * share), 1.5 * sigma)
        noised = clean + level.view(-1, 1, 1, 1) * noise
        raw = self._run(self._network, clean, noised, level, hints, context, self._routing)
        return denoised(raw.float(), noised, level)

    @staticmethod
    def _run(
        network: nn.Module,
        clean: Tensor,
        noised: Tensor,
        sigma: Tensor,
        hints: Tensor,
        context: Tensor,
        routing: Routing,
    ) -> Tensor:
        """Every frame has the clean latent of its clip's first frame as condition."""
        condition = clean.unflatten(0, (-1, routing.frames))[:, :1].expand(-1, routing.frames, -1, -1, -1).flatten(0, 1)
        return network(noised, condition, sigma, hints.expand(-1, 3, -1, -1), context, routing)

    def _sigmas(self, count: int, generator: torch.Generator) -> Tensor:
        """One noise level per frame in the image stage, one per clip in the video stage."""
        options = self.options
        draws = options.clips if options.video else count
        normal = torch.randn(draws, generator=generator, device=generator.device)
        logs = options.sigma_mean + options.sigma_deviation * normal
        if options.low_noise_share:
            low = torch.rand(draws, generator=generator, device=generator.device) < options.low_noise_share
            logs = torch.where(low, normal - 0.7, logs)
        return logs.exp().repeat_interleave(count // draws)

    def _statistics(self, errors: Tensor, sigma: Tensor) -> Tensor:
        members = torch.bucketize(sigma, self._edges)[:, None] == torch.arange(
            len(SIGMA_EDGES) + 1, device=sigma.device
        )
        members = torch.cat([torch.ones_like(members[:, :1]), members], 1).float()
        return torch.stack([(members * errors[:, None]).sum(0), members.sum(0)], 1)

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        if self._batches is None or step != self._next:
            self._batches = self._data.batches(self._plans(step))
        self._next = step + 1
        return next(self._batches)

    def _plans(self, step: int) -> Iterator[np.ndarray]:
        """Frame numbers of every step: for each clip a reference and its targets, all of them later."""
        options, clips = self.options, self._data.clips
        while True:
            rng = np.random.default_rng([options.seed, step])
            chosen: list[np.ndarray] = []
            while len(chosen) < options.clips:
                clip = int(rng.integers(len(clips)))
                length = clips.length(clip)
                if length <= options.targets:
                    continue
                if options.video:
                    first = int(rng.integers(1, length - options.targets + 1))
                    frames = np.concatenate([[rng.integers(first)], np.arange(first, first + options.targets)])
                else:
                    frames = np.sort(rng.permutation(length)[: options.targets + 1])
                chosen.append(clips.starts[clip] + frames)
            yield np.concatenate(chosen)
            step += 1

    def validate(self, average: Colorizer) -> Row:
        """Latent error of one denoiser call at sigma 30 on held-out clips; predicting zero scores about 1.06."""
        times = np.arange(15) if self.options.video else np.array(IMAGE_TIMES)
        routing = Routing.training(len(times) - 1, self.options.video, average.config.reference_attention)
        clips = self._validation.clips
        errors = []
        for clip in range(len(clips)):
            images, hints = self._validation.frames(clips.starts[clip] + times)
            clean = self._codec.encoder(images)
            noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(clip)).to(clean.device)
            sigma = torch.full((len(clean),), VALIDATION_SIGMA, device=clean.device)
            noised = clean + VALIDATION_SIGMA * noise
            context = average.context(images[:1])
            raw = self._run(average, clean, noised, sigma, hints, context, routing)
            estimate = denoised(raw, noised, sigma)
            errors.append((estimate - clean)[1:].pow(2).mean().item())
        return {"validation error at 30": float(np.mean(errors))}
