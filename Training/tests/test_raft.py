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

GOLDENS = Path(os.environ.get("METRICS_GOLDENS", Path(__file__).parents[2] / "Tests/Golden/metrics")) / "raft"

pytestmark = pytest.mark.skipif(
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
