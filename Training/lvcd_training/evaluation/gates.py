"""The quality gates: colours held-out clips and compares with codec, copied reference and mean fill."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..data.packs import ClipSet
from ..data.store import FrameStore
from ..errors import write_atomically
from ..model.codec import Codec
from ..model.colorizer import Colorizer
from .measures import Regions, interval, scores
from .sampler import Sampler, Scheme
from .sheets import rows_of_clip, save_sheet

SHEET_FRAMES = 8


@dataclass(frozen=True)
class GateOptions:
    """How many clips, of how many frames, coloured how many at a time in how many steps."""

    clips: int
    frames: int
    steps: int
    batch: int
    sheet_clips: int
    scheme: Scheme = Scheme.FULL


class Gates:
    """Scores one set; `run` returns what is written to `<name>.json`."""

    def __init__(
        self, model: Colorizer, codec: Codec, clips: ClipSet, device: torch.device, options: GateOptions
    ) -> None:
        self.model = model
        self.codec = codec
        self.options = options
        self._store = FrameStore(clips, device, 1, resident=False)
        self._samplers = {
            "model": Sampler(model, options.steps, options.scheme),
            "one call": Sampler(model, 1, options.scheme),
        }

    def run(self, folder: Path, name: str) -> dict[str, Any]:
        """Scores the set, writes the numbers and a contact sheet."""
        options = self.options
        frames = self._samplers["model"].covered(options.frames)
        count = min(options.clips, len(self._store.clips))
        per_clip: dict[str, list[dict[str, np.ndarray]]] = {}
        blocks: list[np.ndarray] = []
        for first in range(0, count, options.batch):
            numbers = list(range(first, min(first + options.batch, count)))
            loaded = [self._store.frames(self._store.clips.starts[number] + np.arange(frames)) for number in numbers]
            images, hints = (torch.stack(values) for values in zip(*loaded))
            results = {
                method: self._colour(sampler, images, hints, first) for method, sampler in self._samplers.items()
            }
            for index in range(len(numbers)):
                self._score(
                    per_clip,
                    images[index],
                    hints[index],
                    {key: value[index] for key, value in results.items()},
                )
                if len(blocks) < options.sheet_clips:
                    truth = (images[index].cpu() + 1) / 2
                    shown = [round(f) for f in np.linspace(1, frames - 1, SHEET_FRAMES)]
                    blocks.append(rows_of_clip(truth[0], hints[index].cpu(), results["model"][index], truth, shown))
            done = interval(self._clip_means(per_clip["model"], "psnr"))[0]
            print(f"{name}: {numbers[-1] + 1} of {count} clips, PSNR {done:.2f}", flush=True)
        report = self._report(per_clip, frames)
        write_atomically(folder / f"{name}.json", (json.dumps(report, indent=1) + "\n").encode())
        save_sheet(folder / f"{name}.png", blocks)
        return report

    @torch.no_grad()
    def _colour(self, sampler: Sampler, images: Tensor, hints: Tensor, seed: int) -> Tensor:
        """Pictures [B, frames, 3, H, W] in [0, 1] on the CPU."""
        reference = self.codec.encoder(images[:, 0])
        latents = sampler.run(reference, hints, self.model.context(images[:, 0]), seed)
        return torch.stack([_pictures(self.codec.decoder(*pair)) for pair in zip(latents, hints)])

    @torch.no_grad()
    def _score(
        self,
        per_clip: dict[str, list[dict[str, np.ndarray]]],
        images: Tensor,
        hints: Tensor,
        results: dict[str, Tensor],
    ) -> None:
        """Scores all methods on frames 1 and later of a clip."""
        round_trip = _pictures(self.codec.decoder(self.codec.encoder(images), hints))
        truth, lines = (images.cpu() + 1) / 2, hints.cpu()
        reference = truth[0]
        mean = reference.mean((1, 2)).view(1, 3, 1, 1).expand_as(truth)
        methods = results | {
            "codec": round_trip,
            "copied reference": reference.expand_as(truth),
            "mean fill": torch.where(lines > 0.5, 0.0, mean),
        }
        regions = Regions.of(truth[1:], reference, lines[1:])
        for method, pictures in methods.items():
            per_clip.setdefault(method, []).append(scores(pictures[1:], truth[1:], regions))

    @staticmethod
    def _clip_means(clips: list[dict[str, np.ndarray]], measure: str) -> np.ndarray:
        return np.array([np.nanmean(c[measure]) if np.isfinite(c[measure]).any() else np.nan for c in clips])

    def _report(self, per_clip: dict[str, list[dict[str, np.ndarray]]], frames: int) -> dict[str, Any]:
        config = self.model.config
        stride = config.video_frames - config.overlap
        bounds = [0, *range(config.video_frames, frames, stride)]
        methods = {
            method: {measure: interval(self._clip_means(clips, measure)) for measure in clips[0]}
            | {
                "psnr_by_segment": [
                    float(np.mean([c["psnr"][a:b].mean() for c in clips])) for a, b in zip(bounds, bounds[1:])
                ]
            }
            for method, clips in per_clip.items()
        }
        means = {
            method: {m: float(np.nanmean(self._clip_means(clips, m))) for m in clips[0]}
            for method, clips in per_clip.items()
        }
        model = means["model"]
        gates = {
            "codec PSNR": (means["codec"]["psnr"], 26, 28),
            "model PSNR": (model["psnr"], 19, 21),
            "changed PSNR over copied reference": (
                model["changed_psnr"] - means["copied reference"]["changed_psnr"],
                8,
                11,
            ),
            "changed PSNR over mean fill": (model["changed_psnr"] - means["mean fill"]["changed_psnr"], 4, 7),
            "changed pixels right": (model["changed_right"], 0.70, 0.85),
            "right pixels": (model["right"], 0.90, 0.95),
            "PSNR over one call": (model["psnr"] - means["one call"]["psnr"], 0, 0.5),
        }
        return {
            "clips": len(per_clip["model"]),
            "frames": frames,
            "steps": self.options.steps,
            "scheme": self.options.scheme.value,
            "methods": methods,
            "gates": {
                key: {"value": value, "minimum": low, "good": high, "passes": value >= low}
                for key, (value, low, high) in gates.items()
            },
        }


def format_report(name: str, report: dict[str, Any]) -> str:
    """The report as text: a table of methods with intervals, then the gates."""
    lines = [f"{name}: {report['clips']} clips of {report['frames']} frames, {report['steps']} steps"]
    for method, measures in report["methods"].items():
        cells = [f"{m} {v[0]:.3f} [{v[1]:.3f}, {v[2]:.3f}]" for m, v in measures.items() if m != "psnr_by_segment"]
        segments = " / ".join(f"{value:.2f}" for value in measures["psnr_by_segment"])
        lines.append(f"  {method}: {', '.join(cells)}, psnr by segment {segments}")
    for gate, entry in report["gates"].items():
        verdict = "passes" if entry["passes"] else "below"
        lines.append(f"  {gate}: {entry['value']:.2f}, {verdict} minimum {entry['minimum']} (good {entry['good']})")
    return "\n".join(lines)


def _pictures(decoded: Tensor) -> Tensor:
    """Decoded values in [-1, 1] to 8-bit steps in [0, 1] on the CPU; truncated as the published writers do."""
    return ((decoded.clamp(-1, 1) + 1) * 127.5).floor().cpu() / 255
