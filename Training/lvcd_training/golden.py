"""Golden tensors of a weight file, which the Swift program must reproduce from the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from .data.packs import ClipSet
from .data.store import FrameStore
from .errors import write_atomically
from .evaluation.sampler import Sampler
from .export import Weights

SEED = 20
STEPS = 3


@torch.no_grad()
def model_golden(path: Path, weights: Weights, clips: ClipSet, clip: int = 0) -> None:
    """Two segments of a clip with the given weights; pictures as bytes, results as float32."""
    sampler = Sampler(weights.model, STEPS)
    config = weights.model.config
    frames = 1 + 2 * config.video_frames - config.overlap
    store = FrameStore(clips, torch.device("cpu"), 1, resident=False)
    images, hints = store.frames(clips.starts[clip] + np.arange(frames))
    reference = images[:1]
    context = weights.model.context(reference)
    first = weights.codec.encoder(reference)
    latents = sampler.run(first, hints[None], context, SEED)[0]
    tensors = {
        "reference_u8": ((reference[0].permute(1, 2, 0) + 1) * 127.5).round().to(torch.uint8),
        "lineart_u8": ((1 - hints[:, 0]) * 255).round().to(torch.uint8),
        "reference_latent": first,
        "context": context,
        "latents": latents,
        "last_picture": weights.codec.decoder(latents[-1:], hints[-1:]).clamp(-1, 1),
    }
    metadata = {"seed": str(SEED), "steps": str(STEPS), "overlap": str(config.overlap), "frames": str(frames)}
    write_atomically(path, save({name: value.contiguous() for name, value in tensors.items()}, metadata))
