"""The sampler against the golden segments of the published implementation."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lvcd_training.evaluation.sampler import Sampler, Scheme, sigmas
from lvcd_training.model.colorizer import Colorizer

from .test_networks import check, hints, load, model, pytestmark

__all__ = ["model", "pytestmark"]


def test_schedule_matches(model: Colorizer) -> None:
    data, _ = load("01_schedule")
    for steps in (3, 10, 25):
        check(torch.tensor(sigmas(model.config, steps)), data[f"sigmas_{steps}"])


@pytest.fixture(scope="module")
def clip(model: Colorizer) -> tuple[Tensor, dict[str, Tensor]]:
    data, _ = load("13_sample_sequence")
    first, _ = load("12_sample_first_segment")
    count = len(load("00_lineart")[0]["lineart_u8"])
    sampler = Sampler(model, model.config.sampling_steps)
    noise = data["x_T"]
    result = sampler.run(
        first["concat"][:1],
        hints(count)[None, :, :1],
        first["crossattn"][0],
        0,
        lambda shape: noise.view(shape),
    )
    return result[0], data | {"first": first["x0"]}


def test_first_segment_matches(model: Colorizer, clip: tuple[Tensor, dict[str, Tensor]]) -> None:
    latents, data = clip
    count = model.config.video_frames
    free = count - model.config.overlap
    check(latents[1 : free + 1], data["first"][-count:][:free])


def test_overlapped_frames_end_where_they_were(model: Colorizer) -> None:
    """Steered by the same estimates from the same noise, they end at the same latents."""
    count = len(load("00_lineart")[0]["lineart_u8"])
    sampler = Sampler(model, 2)
    reference = torch.randn(1, model.config.latent_channels, 8, 16, generator=torch.Generator().manual_seed(0))
    context = torch.zeros(1, model.config.context_dim)
    sketches = hints(count)[None, :, :1]
    long = sampler.run(reference, sketches, context, 3)
    short = sampler.run(reference, sketches[:, : model.config.video_frames + 1], context, 3)
    assert long.shape[1] == sampler.covered(count) > short.shape[1]
    check(long[:, 1 : short.shape[1]], short[:, 1:])
    apart = Sampler(model, 2, Scheme.INDEPENDENT).run(reference, sketches, context, 3)
    assert (apart - long)[:, short.shape[1] :].abs().max() > 1e-3
