"""RAFT-small against the golden flows (METRICS_GOLDENS names the folder that holds `raft`)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from lvcd_training.flow.raft import RAFTSmall
from lvcd_training.flow.training import robust, warped_difference

GOLDENS = Path(os.environ.get("METRICS_GOLDENS", Path(__file__).parents[2] / "Tests/Golden/metrics")) / "raft"

needs_goldens = pytest.mark.skipif(
    not (GOLDENS / "small.safetensors").exists(), reason=f"no golden flows in {GOLDENS}; set METRICS_GOLDENS"
)

# The golden weights carry torchvision's names.
PARTS = {
    "feature_encoder.": "fnet.",
    "context_encoder.": "cnet.",
    "convnormrelu1.0": "conv1",
    "convnormrelu2.0": "conv2",
    "convnormrelu3.0": "conv3",
    "convnormrelu.0": "conv1",
    "convcorr1.0": "convc1",
    "convflow1.0": "convf1",
    "convflow2.0": "convf2",
    "motion_encoder.conv.0": "encoder.conv",
    "motion_encoder": "encoder",
    "recurrent_block.convgru1": "gru",
    "fnet.conv.": "fnet.conv2.",
    "cnet.conv.": "cnet.conv2.",
}


def released_name(name: str) -> str:
    for old, new in PARTS.items():
        name = name.replace(old, new)
    return name


def image(name: str) -> torch.Tensor:
    pixels = np.array(Image.open(GOLDENS / name).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1


@needs_goldens
def test_flows_match() -> None:
    weights = {released_name(name): value.float() for name, value in load_file(GOLDENS / "small.safetensors").items()}
    model = RAFTSmall()
    model.load_state_dict(weights)
    with torch.no_grad():
        flows = model(image("frame1.png"), image("frame2.png"), 12)
    expected = load_file(GOLDENS / "expected.safetensors")
    for updates in (1, 4, 12):
        difference = (flows[updates - 1][0] - expected[f"small.flow_iter{updates}"]).abs().max().item()
        assert difference < 1e-3, f"{updates} updates: off by {difference} pixels"


def test_updates_without_gradient_are_the_same_updates() -> None:
    torch.manual_seed(3)
    model = RAFTSmall()
    first, second = torch.rand(2, 1, 3, 128, 128) * 2 - 1
    flows = model(first, second, 5)
    late = model(first, second, 2, untrained=3)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(late, flows[3:]))
    late[0].sum().backward()
    assert model.update_block.flow_head.conv2.weight.grad is not None


def test_the_robust_error_counts_a_near_miss_more_than_its_share() -> None:
    exact = torch.zeros(1, 2, 4, 4)
    near, far = (robust(torch.full_like(exact, error), exact).item() for error in (0.1, 10))
    assert robust(exact, exact) < near < far
    assert near > far / 100 * 5


def test_the_warped_difference_vanishes_along_the_exact_flow_alone() -> None:
    torch.manual_seed(4)
    first = torch.rand(1, 3, 32, 32)
    second = torch.roll(first, 3, 3)
    flow = torch.zeros(1, 2, 32, 32)
    flow[:, 0] = 3
    visible = torch.ones(1, 32, 32)
    visible[:, :, -3:] = 0
    assert warped_difference(first, second, flow, visible) < 1e-6
    assert warped_difference(first, second, 0 * flow, visible) > 0.1
    assert warped_difference(first, second, 0 * flow, 0 * visible) == 0
