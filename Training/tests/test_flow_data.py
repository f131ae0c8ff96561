"""Pairs with flow: mirrored flow still leads to the mirrored pixel."""

from __future__ import annotations

import numpy as np
import torch

from lvcd_training.flow.training import Pairs


def test_augmented_flow_leads_to_the_same_pixels() -> None:
    rng = np.random.default_rng(0)
    first = torch.from_numpy(rng.uniform(-0.5, 0.5, (1, 3, 16, 24))).float()
    flow = torch.zeros(1, 2, 16, 24)
    flow[:, 0], flow[:, 1] = 3, -2
    second = first.roll((-2, 3), (2, 3))
    visible = torch.ones(1, 16, 24, dtype=torch.bool)
    for seed in range(12):
        pairs = Pairs(first, second, flow, visible).augmented(np.random.default_rng(seed))
        dx, dy = (int(value) for value in pairs.flow[0, :, 8, 12])
        assert (abs(dx), abs(dy)) == (3, 2)
        assert torch.allclose(pairs.first[0, :, 8, 12], pairs.second[0, :, 8 + dy, 12 + dx], atol=1e-6)


def test_records_are_cut_in_the_right_places() -> None:
    height, width = 4, 6
    rng = np.random.default_rng(1)
    images = rng.integers(256, size=(2, height, width, 3), dtype=np.uint8)
    flow = rng.normal(size=(2, height, width)).astype(np.float16)
    visible = rng.integers(2, size=(height, width), dtype=np.uint8)
    raw = np.frombuffer(images[0].tobytes() + images[1].tobytes() + flow.tobytes() + visible.tobytes(), np.uint8)
    pairs = Pairs.unpack(torch.from_numpy(raw.copy())[None], height, width)
    assert np.allclose(pairs.second[0].permute(1, 2, 0).numpy(), images[1] / 127.5 - 1, atol=1e-6)
    assert np.array_equal(pairs.flow[0].numpy(), flow.astype(np.float32))
    assert np.array_equal(pairs.visible[0].numpy(), visible.astype(bool))
