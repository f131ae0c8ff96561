"""Spatio-temporal residual block and transformer pair."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import ModelConfig
from .layers import Attention, Call, FeedForward, TimeMixer, mlp, sinusoid


class TemporalResidual(nn.Module):
    """Two convolutions along time; reference frames see no neighbours."""

    def __init__(self, width: int, embedding: int, groups: int) -> None:
        super().__init__()
        self.in_layers = nn.Sequential(
            nn.GroupNorm(groups, width, 1e-5),
            nn.SiLU(),
            nn.Conv3d(width, width, (3, 1, 1), padding=(1, 0, 0)),
        )
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, width))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(groups, width, 1e-5),
            nn.SiLU(),
            nn.Identity(),
            nn.Conv3d(width, width, (3, 1, 1), padding=(1, 0, 0)),
        )

    def forward(self, frames: Tensor, call: Call) -> Tensor:
        """frames [B T, C, h, w]."""
        x = frames.flatten(2).unflatten(0, (call.clips, -1)).transpose(1, 2).contiguous()
        shift = self.emb_layers(call.embedding).unflatten(0, (call.clips, -1)).transpose(1, 2)[..., None]
        h = self._convolve(self.in_layers[2], F.silu(self.in_layers[0](x)), call) + shift
        h = self._convolve(self.out_layers[3], F.silu(self.out_layers[0](h)), call)
        return (x + h).transpose(1, 2).flatten(0, 1).view_as(frames)

    @staticmethod
    def _convolve(layer: nn.Module, x: Tensor, call: Call) -> Tensor:
        """x [B, C, T, h w]: an ordinary convolution over video frames, the centre tap alone on reference frames."""
        assert isinstance(layer, nn.Conv3d)
        references = call.routing.references
        weight = layer.weight[..., 0]
        video = F.conv2d(x[:, :, references:], weight, layer.bias, padding=(1, 0))
        if references == 0:
            return video
        return torch.cat([F.conv2d(x[:, :, :references], weight[:, :, 1:2], layer.bias), video], 2)


class ResidualBlock(nn.Module):
    """Spatial residual block, temporal residual block, blend."""

    def __init__(self, inner: int, outer: int, config: ModelConfig) -> None:
        super().__init__()
        groups, embedding = config.group_norm_groups, config.time_embed_dim
        self.in_layers = nn.Sequential(
            nn.GroupNorm(groups, inner, 1e-5), nn.SiLU(), nn.Conv2d(inner, outer, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, outer))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(groups, outer, 1e-5), nn.SiLU(), nn.Identity(), nn.Conv2d(outer, outer, 3, padding=1)
        )
        self.skip_connection = nn.Conv2d(inner, outer, 1) if inner != outer else nn.Identity()
        self.time_stack = TemporalResidual(outer, embedding, groups)
        self.time_mixer = TimeMixer()

    def forward(self, x: Tensor, call: Call) -> Tensor:
        h = self.in_layers(x) + self.emb_layers(call.embedding)[:, :, None, None]
        spatial = self.skip_connection(x) + self.out_layers(h)
        if not call.routing.temporal:
            return spatial
        return self.time_mixer(spatial, self.time_stack(spatial, call))


class SpatialBlock(nn.Module):
    """Reference Attention, context token, feed-forward."""

    def __init__(self, width: int, config: ModelConfig) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1 = Attention(width, width, config.head_channels)
        self.attn2 = Attention(width, config.context_dim, config.head_channels)
        self.ff = FeedForward(width, config.ff_mult)

    def forward(self, x: Tensor, call: Call, ordinal: int) -> Tensor:
        x = x + self.attn1.reference(self.norm1(x), call, ordinal) + call.per_frame(self.attn2.token(call.context))
        return x + self.ff(self.norm3(x))


class TemporalBlock(nn.Module):
    """The same along time, each position a sequence of frames."""

    def __init__(self, width: int, config: ModelConfig) -> None:
        super().__init__()
        self.norm_in, self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(4))
        self.ff_in = FeedForward(width, config.ff_mult)
        self.attn1 = Attention(width, width, config.head_channels)
        self.attn2 = Attention(width, config.context_dim, config.head_channels)
        self.ff = FeedForward(width, config.ff_mult)

    def forward(self, x: Tensor, call: Call) -> Tensor:
        """x [B T, L, C]."""
        x = x + self.ff_in(self.norm_in(x))
        columns = self.norm1(x).unflatten(0, (call.clips, -1)).transpose(1, 2)
        mixed = self.attn1.temporal(columns.flatten(0, 1), call.routing.references)
        mixed = mixed.unflatten(0, (call.clips, -1)).transpose(1, 2).flatten(0, 1)
        x = x + mixed + call.per_frame(self.attn2.token(call.context))
        return x + self.ff(self.norm3(x))


class SpatioTemporalTransformer(nn.Module):
    """One spatial and one temporal transformer block, blended."""

    def __init__(self, width: int, config: ModelConfig) -> None:
        super().__init__()
        self.width = width
        self.norm = nn.GroupNorm(config.group_norm_groups, width, 1e-6)
        self.proj_in = nn.Linear(width, width)
        self.transformer_blocks = nn.ModuleList([SpatialBlock(width, config)])
        self.time_stack = nn.ModuleList([TemporalBlock(width, config)])
        self.time_pos_embed = mlp(width, 4 * width, width)
        self.time_mixer = TimeMixer()
        self.proj_out = nn.Linear(width, width)

    def forward(self, x: Tensor, call: Call, ordinal: int) -> Tensor:
        tokens = self.proj_in(self.norm(x).permute(0, 2, 3, 1).flatten(1, 2))
        tokens = self.transformer_blocks[0](tokens, call, ordinal)
        if call.routing.temporal:
            positions = self._positions(call, x.device).repeat(call.clips, 1)[:, None].to(tokens.dtype)
            tokens = self.time_mixer(tokens, self.time_stack[0](tokens + positions, call))
        return x + self.proj_out(tokens).unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)

    def _positions(self, call: Call, device: torch.device) -> Tensor:
        """[T, C]; every reference frame and the first video frame are at position 0."""
        references = call.routing.references
        index = [0] * references + list(range(call.routing.frames - references))
        return self.time_pos_embed(sinusoid(torch.tensor(index, device=device), self.width))


class Downsample(nn.Module):
    """Convolution of stride 2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(width, width, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)


class Upsample(nn.Module):
    """Nearest-neighbour doubling, then a convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
