"""UNet, ControlNet and image encoder together, with the EDM preconditioning."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from .layers import sinusoid
from .networks import SketchControlNet, VideoUNet
from .routing import Routing
from .vision import VisionTower

# Attribute of `Colorizer` to the official prefix of its tensors.
PREFIXES = {
    "unet": "model.diffusion_model.",
    "control": "control_model.",
    "vision": "conditioner.embedders.0.open_clip.model.visual.",
}


def official_name(name: str) -> str:
    """The official name of a parameter of `Colorizer`."""
    module, rest = name.split(".", 1)
    return PREFIXES[module] + rest


def is_temporal(name: str) -> bool:
    """Whether a parameter acts in the temporal branch only."""
    return any(part in name for part in ("time_stack", "time_mixer", "time_pos_embed"))


def is_inert(name: str) -> bool:
    """Whether a parameter cannot influence anything: attention to a single token needs no queries and keys."""
    return any(part in name for part in (".attn2.to_q.", ".attn2.to_k.", ".norm2."))


class Colorizer(nn.Module):
    """Denoises latents of video frames, given reference and lineart."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.unet = VideoUNet(config)
        self.control = SketchControlNet(config)
        self.vision = VisionTower(config.clip)

    def official_state(self) -> dict[str, Tensor]:
        """All tensors under their official names."""
        return {official_name(name): value for name, value in self.state_dict().items()}

    def load_official(self, tensors: dict[str, Tensor]) -> None:
        """Sets all tensors from official names; the key sets must agree."""
        names = {official_name(name): name for name in self.state_dict()}
        self.load_state_dict({names[key]: value for key, value in tensors.items() if key in names})

    def vector(self, device: torch.device) -> Tensor:
        """The vector condition [1, 3 d] of frame rate, motion and conditioning noise."""
        config = self.config
        values = torch.tensor([config.fps_id, config.motion_bucket_id, config.cond_aug], device=device)
        return sinusoid(values, config.vector_embedder_dim).flatten()[None]

    def context(self, references: Tensor) -> Tensor:
        """The image encoder's token [B, D] of reference images [B, 3, H, W] in [-1, 1]."""
        return self.vision(references)

    def network(
        self, x: Tensor, noise: Tensor, features: Tensor, context: Tensor, routing: Routing, vector: Tensor
    ) -> Tensor:
        """The raw networks: x [B T, 2 z, h, w], c_noise [B T], hint features [B T, C, h, w], context [B, D]."""
        clips = len(x) // routing.frames
        residuals = self.control(x, features, self.control.call(noise, vector, context, clips, routing))
        return self.unet(x, self.unet.call(noise, vector, context, clips, routing), residuals)

    def forward(
        self,
        noised: Tensor,
        condition: Tensor,
        sigma: Tensor,
        hint: Tensor,
        context: Tensor,
        routing: Routing,
    ) -> Tensor:
        """The raw output F for noised and condition latents [B T, z, h, w], noise levels [B T], hint [B T, 3, H, W]."""
        features = self.control.input_hint_block(hint.contiguous(memory_format=torch.channels_last))
        return self.raw(noised, condition, sigma, features, context, routing)

    def raw(
        self,
        noised: Tensor,
        condition: Tensor,
        sigma: Tensor,
        features: Tensor,
        context: Tensor,
        routing: Routing,
    ) -> Tensor:
        """The same from hint features [B T, C, h, w], which do not depend on the noise level."""
        scaled = noised * torch.rsqrt(sigma**2 + 1).view(-1, 1, 1, 1)
        x = torch.cat([scaled, condition], 1).contiguous(memory_format=torch.channels_last)
        return self.network(x, 0.25 * sigma.log(), features, context, routing, self.vector(x.device))


def denoised(raw: Tensor, noised: Tensor, sigma: Tensor) -> Tensor:
    """The denoiser's estimate c_skip x + c_out F."""
    level = sigma.view(-1, 1, 1, 1)
    return noised / (level**2 + 1) - raw * level * torch.rsqrt(level**2 + 1)


def training_target(clean: Tensor, noised: Tensor, sigma: Tensor) -> Tensor:
    """What F should be: the square of the difference is the denoising error times (sigma^2 + 1) / sigma^2."""
    level = sigma.view(-1, 1, 1, 1)
    return (noised / (level**2 + 1) - clean) * torch.sqrt(level**2 + 1) / level
