"""The evaluation as a whole, on noise and an untrained network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lvcd_training.data.packs import ClipSet, write_pack
from lvcd_training.data.shards import ShardClip
from lvcd_training.evaluation.gates import GateOptions, Gates, format_report
from lvcd_training.model.codec import Codec
from lvcd_training.model.colorizer import Colorizer

from .test_codec_and_export import SMALL

SIDE, FRAMES = 32, 27


def clip(seed: int) -> ShardClip:
    rng = np.random.default_rng(seed)
    colour = np.repeat(rng.integers(256, size=(FRAMES, 1, SIDE, 3), dtype=np.uint8), SIDE, 1)
    return ShardClip(str(seed), colour, np.full((FRAMES, SIDE, SIDE), 255, np.uint8), np.arange(FRAMES), None, None)


def test_gates_score_every_method(tmp_path: Path) -> None:
    write_pack(tmp_path / "similar-0000.safetensors", [clip(seed) for seed in range(3)], "")
    torch.manual_seed(0)
    options = GateOptions(clips=3, frames=FRAMES, steps=2, batch=2, sheet_clips=1)
    gates = Gates(Colorizer(SMALL), Codec(SMALL.codec), ClipSet(tmp_path, "similar"), torch.device("cpu"), options)
    report = gates.run(tmp_path, "similar")
    stored = json.loads((tmp_path / "similar.json").read_text())
    assert stored["clips"] == 3 and stored["frames"] == 25
    assert set(stored["methods"]) == {"model", "one call", "codec", "copied reference", "mean fill"}
    assert stored["methods"]["copied reference"]["changed_right"][0] == 0
    assert len(stored["methods"]["model"]["psnr_by_segment"]) == 2
    gate = stored["gates"]["model PSNR"]
    assert gate["value"] == pytest.approx(stored["methods"]["model"]["psnr"][0])
    assert gate["passes"] == (gate["value"] >= gate["minimum"])
    assert "model PSNR" in format_report("similar", report)
    assert Image.open(tmp_path / "similar.png").size == (9 * SIDE, 3 * SIDE)
