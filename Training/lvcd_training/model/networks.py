"""The video UNet and the sketch ControlNet on one encoder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import ModelConfig
from .blocks import Downsample, ResidualBlock, SpatioTemporalTransformer, Upsample
from .layers import Call, mlp, sinusoid
from .routing import Routing


class Ordinals:
    """Counts the reference attentions of one pass through a network."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        """The number of the next layer."""
        self.next += 1
        return self.next - 1


def run_block(block: nn.Module, x: Tensor, call: Call, ordinals: Ordinals) -> Tensor:
    """Runs the layers of an input, middle or output block."""
    for layer in block.children():
        if isinstance(layer, ResidualBlock):
            x = layer(x, call)
        elif isinstance(layer, SpatioTemporalTransformer):
            x = layer(x, call, ordinals.take())
        else:
            x = layer(x)
    return x


class Encoder(nn.Module):
    """Embeddings, input blocks and middle block."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width, embedding = config.model_channels, config.time_embed_dim
        self.time_embed = mlp(width, embedding, embedding)
        self.label_emb = nn.Sequential(mlp(3 * config.vector_embedder_dim, embedding, embedding))
        blocks = [nn.Sequential(nn.Conv2d(2 * config.latent_channels, width, 3, padding=1))]
        channels = width
        self.skip_channels = [width]
        for level, factor in enumerate(config.channel_mult):
            for _ in range(config.num_res_blocks):
                layers: list[nn.Module] = [ResidualBlock(channels, factor * width, config)]
                channels = factor * width
                if 2**level in config.attention_resolutions:
                    layers.append(SpatioTemporalTransformer(channels, config))
                blocks.append(nn.Sequential(*layers))
                self.skip_channels.append(channels)
            if level + 1 < len(config.channel_mult):
                blocks.append(nn.Sequential(Downsample(channels)))
                self.skip_channels.append(channels)
        self.input_blocks = nn.ModuleList(blocks)
        self.middle_block = nn.Sequential(
            ResidualBlock(channels, channels, config),
            SpatioTemporalTransformer(channels, config),
            ResidualBlock(channels, channels, config),
        )
        self.middle_channels = channels

    def call(self, noise: Tensor, vector: Tensor, context: Tensor, clips: int, routing: Routing) -> Call:
        """Embeds c_noise [B T] and the vector condition [B T or 1, 3 d]."""
        embedding = self.time_embed(sinusoid(noise, self.config.model_channels)) + self.label_emb(vector)
        return Call(clips, routing, embedding, context)


class VideoUNet(Encoder):
    """The denoising network."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        width, channels = config.model_channels, self.middle_channels
        skips = list(self.skip_channels)
        blocks: list[nn.Module] = []
        for level, factor in reversed(list(enumerate(config.channel_mult))):
            for index in range(config.num_res_blocks + 1):
                layers: list[nn.Module] = [ResidualBlock(channels + skips.pop(), factor * width, config)]
                channels = factor * width
                if 2**level in config.attention_resolutions:
                    layers.append(SpatioTemporalTransformer(channels, config))
                if level > 0 and index == config.num_res_blocks:
                    layers.append(Upsample(channels))
                blocks.append(nn.Sequential(*layers))
        self.output_blocks = nn.ModuleList(blocks)
        self.out = nn.Sequential(
            nn.GroupNorm(config.group_norm_groups, channels, 1e-5),
            nn.SiLU(),
            nn.Conv2d(channels, config.latent_channels, 3, padding=1),
        )

    def forward(self, x: Tensor, call: Call, control: list[Tensor] | None) -> Tensor:
        """x [B T, 2 z, h, w]; control: one residual per input block and one for the middle."""
        ordinals = Ordinals()
        skips: list[Tensor] = []
        for block in self.input_blocks:
            x = run_block(block, x, call, ordinals)
            skips.append(x)
        x = run_block(self.middle_block, x, call, ordinals)
        if control is not None:
            skips = [skip + residual for skip, residual in zip(skips, control)]
            x = x + control[-1]
        for block in self.output_blocks:
            x = run_block(block, torch.cat([x, skips.pop()], 1), call, ordinals)
        return self.out(x)


class HintEncoder(nn.Module):
    """Eight convolutions from the inverted lineart (1 on lines) to the features of the first block."""

    STRIDES = (1, 1, 2, 1, 2, 1, 2, 1)

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        widths = (3, *config.hint_channels, config.model_channels)
        for index, stride in enumerate(self.STRIDES):
            layer = nn.Conv2d(widths[index], widths[index + 1], 3, stride=stride, padding=1)
            self.add_module(str(2 * index), layer)

    def convolutions(self) -> list[nn.Conv2d]:
        """The layers in order."""
        return [layer for layer in self.children() if isinstance(layer, nn.Conv2d)]

    def forward(self, hint: Tensor) -> Tensor:
        """hint [B T, 3, H, W]."""
        for index, layer in enumerate(self.convolutions()):
            hint = layer(F.silu(hint) if index > 0 else hint)
        return hint


class SketchControlNet(Encoder):
    """A second encoder whose features are added to the UNet's skips."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.input_hint_block = HintEncoder(config)
        self.zero_convs = nn.ModuleList(nn.Sequential(nn.Conv2d(width, width, 1)) for width in self.skip_channels)
        self.middle_block_out = nn.Sequential(nn.Conv2d(self.middle_channels, self.middle_channels, 1))

    def forward(self, x: Tensor, features: Tensor, call: Call) -> list[Tensor]:
        """features: the hint encoder's output [B T, C, h, w]."""
        ordinals = Ordinals()
        residuals: list[Tensor] = []
        for index, block in enumerate(self.input_blocks):
            x = run_block(block, x, call, ordinals)
            if index == 0:
                x = x + features
            residuals.append(self.zero_convs[index](x))
        residuals.append(self.middle_block_out(run_block(self.middle_block, x, call, ordinals)))
        return residuals
