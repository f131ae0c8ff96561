"""End-point errors of RAFT-small, DIS and Farneback, by motion and visibility."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..data.packs import ClipSet
from ..errors import TrainingError, write_atomically
from .raft import RAFTSmall
from .training import Pairs

UPDATES = 20
MOTION_EDGES = (5, 10, 20)


def load_flow(path: Path, device: torch.device) -> RAFTSmall:
    """Reads an exported file into single precision."""
    model = RAFTSmall()
    try:
        model.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    except (SafetensorError, OSError, RuntimeError) as error:
        raise TrainingError(f"{path}: not RAFT-small's weights ({error}); export them again") from error
    return model.to(device).eval().requires_grad_(False)


def _grey(image: Tensor) -> np.ndarray:
    colour = ((image + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()
    return cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)


def _dis(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(first, second, None)


def _farneback(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return cv2.calcOpticalFlowFarneback(first, second, None, 0.5, 3, 15, 3, 5, 1.2, 0)


def _classical(method: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[Pairs], Tensor]:
    def run(pairs: Pairs) -> Tensor:
        return torch.from_numpy(method(_grey(pairs.first[0]), _grey(pairs.second[0]))).permute(2, 0, 1)

    return run


def flow_report(model: RAFTSmall, clips: ClipSet, device: torch.device, count: int, path: Path) -> str:
    """Scores up to `count` pairs, writes JSON, returns a table of mean end-point errors in pixels."""

    def raft(pairs: Pairs) -> Tensor:
        with torch.no_grad():
            return model(pairs.first, pairs.second, UPDATES)[-1][0].cpu()

    methods = {"RAFT-small": raft, "DIS": _classical(_dis), "Farneback": _classical(_farneback)}
    edges = (0, *MOTION_EDGES, np.inf)
    regions = ["all", "visible", "occluded", *(f"motion {low}-{high}" for low, high in zip(edges, edges[1:]))]
    sums = {method: np.zeros((len(regions), 2)) for method in methods}
    for index in range(min(count, int(clips.starts[-1]))):
        raw = torch.from_numpy(clips.raw(np.array([index]))).to(device)
        pairs = Pairs.unpack(raw, clips.height, clips.width)
        truth, visible = pairs.flow[0].cpu(), pairs.visible[0].cpu()
        motion = truth.norm(dim=0)
        masks = [torch.ones_like(visible), visible, ~visible]
        masks += [(motion >= low) & (motion < high) for low, high in zip(edges, edges[1:])]
        for method, run in methods.items():
            error = (run(pairs) - truth).norm(dim=0)
            sums[method] += [[error[mask].sum().item(), mask.sum().item()] for mask in masks]
    table = {
        method: {
            region: total / number if number else None for region, (total, number) in zip(regions, values.tolist())
        }
        for method, values in sums.items()
    }
    write_atomically(path, (json.dumps(table, indent=1) + "\n").encode())
    rows = [f"{path.stem}: " + ", ".join(regions)]
    for method, values in table.items():
        rows.append(f"  {method}: " + ", ".join("-" if v is None else f"{v:.3f}" for v in values.values()))
    return "\n".join(rows)
