"""Sizes of the networks, stored as JSON in every weight file (metadata entry `config`)."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class VisionConfig:
    """The image encoder: the vision tower of CLIP at any size."""

    image_size: int = 224
    width: int = 64
    layers: int = 2
    head_width: int = 32
    patch_size: int = 32
    embed_dim: int = 32
    mlp_ratio: int = 2


@dataclass(frozen=True)
class CodecConfig:
    """The small autoencoder. Channels are listed from full resolution down; empty means the linear part alone.

    `decoder_lineart`: the decoder is given the frame's lineart, at every level.
    """

    patch_size: int = 8
    latent_channels: int = 16
    group_norm_groups: int = 8
    encoder_channels: tuple[int, ...] = ()
    decoder_channels: tuple[int, ...] = (32, 64, 96)
    decoder_lineart: bool = True


@dataclass(frozen=True)
class ModelConfig:
    """UNet, ControlNet, conditioner, sampler and codec; the names of the fields are those of the golden files."""

    video_frames: int = 14
    overlap: int = 4
    group_norm_groups: int = 8
    model_channels: int = 48
    channel_mult: tuple[int, ...] = (1, 2)
    num_res_blocks: int = 1
    attention_resolutions: tuple[int, ...] = (2, 1)
    head_channels: int = 48
    context_dim: int = 32
    vector_embedder_dim: int = 16
    latent_height: int = 16
    latent_width: int = 16
    sampling_steps: int = 25
    sigma_min: float = 0.002
    sigma_max: float = 700.0
    rho: float = 7.0
    amplify: float = 10.0
    amplify_max_ordinal: int = 4
    prev_reference_shift: int = 3
    fps_id: int = 6
    motion_bucket_id: int = 160
    cond_aug: float = 0.0
    scale_factor: float = 1.0
    clip: VisionConfig = field(default_factory=VisionConfig)
    latent_channels: int = 16
    hint_channels: tuple[int, ...] = (8, 8, 16, 16, 32, 32, 64)
    ff_mult: int = 2
    reference_attention: bool = True
    codec: CodecConfig | None = field(default_factory=CodecConfig)

    @property
    def time_embed_dim(self) -> int:
        """Width of the noise-level embedding: four times the model's, as officially."""
        return 4 * self.model_channels

    def to_json(self) -> str:
        """The configuration as compact JSON with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ModelConfig:
        """Reads `to_json`'s form; unknown fields (of the golden files) are left aside. A codec that does not say so has
        no lineart."""
        values: dict[str, Any] = json.loads(text)
        values["clip"] = _record(VisionConfig, values.get("clip") or {})
        codec = values.get("codec")
        values["codec"] = _record(CodecConfig, {"decoder_lineart": False} | codec) if codec else None
        return _record(cls, values)


def _record(kind: type[Any], values: dict[str, Any]) -> Any:
    """A dataclass from those of `values` that are its fields; lists become tuples."""
    names = {entry.name for entry in dataclasses.fields(kind)}
    chosen = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in names}
    return kind(**chosen)
