"""The film-like changes keep the flow exact."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lvcd_training.flow import film


def _pair(side: int = 96) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(5)
    image = film.surface(rng, 2, side, side)
    for _ in range(2):  # smooth enough for two bilinear readings
        image = torch.nn.functional.avg_pool2d(image, 7, 1, 3)
    return image, torch.zeros(2, 2, side, side)


def _misfit(first: torch.Tensor, second: torch.Tensor, flow: torch.Tensor) -> float:
    """Mean difference between the first image and the second read along the flow, away from the edges."""
    height, width = first.shape[2:]
    grid = film._places(height, width)
    back = film.sample(second, grid + flow)
    return (back - first)[:, :, 16:-16, 16:-16].abs().mean().item()


@pytest.mark.parametrize("seed", range(4))
def test_deformation_leads_where_its_flow_says(seed: int) -> None:
    first, still = _pair()
    second, flow = film.deformed(np.random.default_rng(seed), first, still)
    assert flow.abs().max() > 0.05
    assert _misfit(first, second, flow) < 0.3 * _misfit(first, second, still) + 1e-4


def test_deformation_follows_a_flow_that_is_there() -> None:
    first, _ = _pair()
    moved = torch.roll(first, (3, -4), (2, 3))
    known = torch.zeros(2, 2, 96, 96)
    known[:, 0], known[:, 1] = -4, 3
    second, flow = film.deformed(np.random.default_rng(1), moved, known)
    assert _misfit(first, second, flow) < 0.3 * _misfit(first, second, known) + 1e-4


def test_surfaces_move_with_the_flow() -> None:
    blank = torch.zeros(1, 3, 64, 64)
    flow = torch.zeros(1, 2, 64, 64)
    flow[:, 0], flow[:, 1] = 7, -5
    first, second = film.textured(np.random.default_rng(2), blank, blank, flow)
    assert second.std() > 0.01
    assert torch.allclose(first[:, :, 5:, :57], second[:, :, :59, 7:], atol=1e-5)


def test_changes_keep_shapes_and_ranges_and_depend_on_the_seed() -> None:
    first, still = _pair(64)
    results = [film.filmed(np.random.default_rng(seed), first, first, still) for seed in (0, 0, 1, 2, 3)]
    for images in results:
        assert [value.shape for value in images] == [first.shape, first.shape, still.shape]
        assert all(torch.isfinite(value).all() for value in images)
        assert images[0].abs().max() <= 1 and images[1].abs().max() <= 1
    assert all(torch.equal(a, b) for a, b in zip(results[0], results[1]))
    assert not torch.equal(results[0][1], results[2][1])
