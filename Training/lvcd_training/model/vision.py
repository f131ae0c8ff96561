"""The image encoder: preprocessing and vision tower of CLIP."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import VisionConfig

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def preprocess(images: Tensor, size: int) -> Tensor:
    """Images [n, 3, H, W] in [-1, 1] to [n, 3, size, size]: blur where shrinking, bicubic with aligned corners."""
    factors = [side / size for side in images.shape[2:]]
    if max(factors) > 1:
        horizontal, vertical = _gaussian(factors[1]).to(images), _gaussian(factors[0]).to(images)
        images = _blur(images, horizontal[None, None, None].expand(3, 1, 1, -1), (len(horizontal) // 2, 0))
        images = _blur(images, vertical[None, None, :, None].expand(3, 1, -1, 1), (0, len(vertical) // 2))
    images = F.interpolate(images, (size, size), mode="bicubic", align_corners=True)
    mean = torch.tensor(MEAN, device=images.device).view(1, 3, 1, 1)
    deviation = torch.tensor(DEVIATION, device=images.device).view(1, 3, 1, 1)
    return ((images + 1) / 2 - mean) / deviation


def _gaussian(factor: float) -> Tensor:
    """The blur's kernel for shrinking by `factor`."""
    sigma = max((factor - 1) / 2, 0.001)
    width = max(int(4 * sigma), 3)
    width += width % 2 == 0
    offsets = torch.arange(width, dtype=torch.float32) - width // 2
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    return kernel / kernel.sum()


def _blur(images: Tensor, kernel: Tensor, padding: tuple[int, int]) -> Tensor:
    horizontal, vertical = padding
    padded = F.pad(images, (horizontal, horizontal, vertical, vertical), mode="reflect")
    return F.conv2d(padded, kernel, groups=3)


class PackedAttention(nn.Module):
    """Self-attention with one matrix for queries, keys and values."""

    def __init__(self, width: int, head: int) -> None:
        super().__init__()
        self.head = head
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor) -> Tensor:
        parts = F.linear(x, self.in_proj_weight, self.in_proj_bias).unflatten(-1, (3, -1, self.head))
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        return self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class VisionMLP(nn.Module):
    """Linear, exact GELU, linear."""

    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, ratio * width)
        self.c_proj = nn.Linear(ratio * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(x)))


class VisionBlock(nn.Module):
    """Pre-norm transformer block."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width)
        self.attn = PackedAttention(config.width, config.head_width)
        self.ln_2 = nn.LayerNorm(config.width)
        self.mlp = VisionMLP(config.width, config.mlp_ratio)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class VisionTransformer(nn.Module):
    """The blocks under their official name."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(VisionBlock(config) for _ in range(config.layers))


class VisionTower(nn.Module):
    """Images [n, 3, H, W] in [-1, 1] to one token each [n, embed_dim]."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.image_size = config.image_size
        tokens = (config.image_size // config.patch_size) ** 2 + 1
        scale = config.width**-0.5
        self.conv1 = nn.Conv2d(3, config.width, config.patch_size, stride=config.patch_size, bias=False)
        self.class_embedding = nn.Parameter(scale * torch.randn(config.width))
        self.positional_embedding = nn.Parameter(scale * torch.randn(tokens, config.width))
        self.ln_pre = nn.LayerNorm(config.width)
        self.transformer = VisionTransformer(config)
        self.ln_post = nn.LayerNorm(config.width)
        self.proj = nn.Parameter(scale * torch.randn(config.width, config.embed_dim))

    def forward(self, images: Tensor) -> Tensor:
        patches = self.conv1(preprocess(images, self.image_size)).flatten(2).transpose(1, 2)
        first = self.class_embedding.to(patches).expand(len(patches), 1, -1)
        x = self.ln_pre(torch.cat([first, patches], 1) + self.positional_embedding)
        for block in self.transformer.resblocks:
            x = block(x)
        return self.ln_post(x[:, 0]) @ self.proj
