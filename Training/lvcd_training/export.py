"""Weight files: half precision, official names, configuration in the metadata entry `config`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from .config import ModelConfig
from .errors import TrainingError, write_atomically
from .model.codec import Codec
from .model.colorizer import Colorizer

CODEC_PREFIX = "codec."


def write_weights(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Writes tensors as half precision; refuses values that do not fit."""
    halves = {name: value.detach().cpu().to(torch.float16).contiguous() for name, value in sorted(tensors.items())}
    for name, value in halves.items():
        if not torch.isfinite(value).all():
            raise TrainingError(f"{path}: {name} has values beyond half precision; train it again with a lower --rate")
    write_atomically(path, save(halves, metadata))
    print(f"{path}: {len(halves)} tensors, {path.stat().st_size / 1e6:.1f} MB")


def export_colorizer(path: Path, model: Colorizer, codec: Codec, origin: dict[str, object]) -> None:
    """One file with UNet, ControlNet, image encoder and codec; `origin` says how it was trained."""
    tensors = model.official_state()
    tensors |= {CODEC_PREFIX + name: value for name, value in codec.state_dict().items()}
    write_weights(path, tensors, {"config": model.config.to_json(), "origin": json.dumps(origin, sort_keys=True)})


@dataclass(frozen=True)
class Weights:
    """What a weight file holds."""

    model: Colorizer
    codec: Codec
    origin: dict[str, object]


def load_colorizer(path: Path, device: torch.device) -> Weights:
    """Reads an exported file into single precision."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"{path}: not a readable weight file ({error}); export it again") from error
    if "config" not in metadata:
        raise TrainingError(f"{path}: has no metadata entry 'config'; export it again")
    config = ModelConfig.from_json(metadata["config"])
    if config.codec is None:
        raise TrainingError(f"{path}: its configuration has no codec; export it again")
    model, codec = Colorizer(config), Codec(config.codec)
    try:
        model.load_official({name: value for name, value in tensors.items() if not name.startswith(CODEC_PREFIX)})
        codec.load_state_dict(
            {n.removeprefix(CODEC_PREFIX): v for n, v in tensors.items() if n.startswith(CODEC_PREFIX)}
        )
    except RuntimeError as error:
        raise TrainingError(f"{path}: tensors do not fit its configuration ({error})") from error
    for module in (model, codec):
        module.to(device).eval().requires_grad_(False)
    return Weights(model, codec, json.loads(metadata.get("origin", "{}")))
