"""Layers shared by UNet and ControlNet. Flat frames: clips one after another, T frames each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .routing import Routing


@dataclass(frozen=True)
class Call:
    """What every layer of one forward pass needs beside its input.

    `embedding` [B T, E] of noise level and vector condition; `context` [B, D], the image encoder's token.
    """

    clips: int
    routing: Routing
    embedding: Tensor
    context: Tensor

    def per_frame(self, values: Tensor) -> Tensor:
        """[B, C] to [B T, 1, C]."""
        return values.repeat_interleave(self.routing.frames, 0)[:, None]


def sinusoid(values: Tensor, width: int) -> Tensor:
    """[n] to [n, width]: cosines first, period 10000."""
    half = width // 2
    rates = torch.exp(-math.log(10000.0) * torch.arange(half, device=values.device, dtype=torch.float32) / half)
    angles = values.float()[:, None] * rates
    return torch.cat([angles.cos(), angles.sin()], 1)


def mlp(inner: int, hidden: int, outer: int) -> nn.Sequential:
    """Linear, SiLU, Linear."""
    return nn.Sequential(nn.Linear(inner, hidden), nn.SiLU(), nn.Linear(hidden, outer))


class GEGLU(nn.Module):
    """Linear to value and gate; the value times the GELU of the gate."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * hidden)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, -1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """GEGLU and a linear layer back to the width."""

    def __init__(self, width: int, factor: int) -> None:
        super().__init__()
        self.net = nn.Sequential(GEGLU(width, factor * width), nn.Identity(), nn.Linear(factor * width, width))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Attention(nn.Module):
    """Projections of an attention layer; what attends to what is decided by the methods below."""

    def __init__(self, width: int, source: int, head: int) -> None:
        super().__init__()
        self.head = head
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(source, width, bias=False)
        self.to_v = nn.Linear(source, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width))

    def token(self, context: Tensor) -> Tensor:
        """Attention to a single token [B, D]: its softmax is 1, so queries and keys have no influence. [B, C]."""
        return self.to_out(self.to_v(context))

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values [n, heads, L, head] of x [n, L, C]."""
        weight = torch.cat([self.to_q.weight, self.to_k.weight, self.to_v.weight])
        parts = F.linear(x, weight).unflatten(-1, (3, -1, self.head)).permute(2, 0, 3, 1, 4)
        return parts[0], parts[1], parts[2]

    def join(self, heads: Tensor) -> Tensor:
        """[n, heads, L, head] to the output [n, L, C]."""
        return self.to_out(heads.transpose(1, 2).flatten(2))

    def reference(self, x: Tensor, call: Call, ordinal: int) -> Tensor:
        """Reference Attention on x [B T, L, C]."""
        q, k, v = self.project(x)
        routing = call.routing
        if routing.other is None:
            return self.join(F.scaled_dot_product_attention(q, k, v))
        k, v = (_gather(values, routing) for values in (k, v))
        mask = None
        if routing.bias is not None and ordinal <= routing.bias_limit:
            length = q.shape[2]
            bias = torch.tensor(routing.bias, device=x.device, dtype=q.dtype).repeat(call.clips)
            mask = torch.cat([bias.new_zeros(len(bias), length), bias[:, None].expand(-1, length)], 1)[:, None, None]
        return self.join(F.scaled_dot_product_attention(q, k, v, attn_mask=mask))

    def temporal(self, x: Tensor, references: int) -> Tensor:
        """Attention along T on x [n, T, C]: video frames among themselves, each reference frame to itself."""
        q, k, v = self.project(x)
        video = F.scaled_dot_product_attention(q[:, :, references:], k[:, :, references:], v[:, :, references:])
        return self.join(torch.cat([v[:, :, :references], video], 2))


def _gather(values: Tensor, routing: Routing) -> Tensor:
    """Keys or values [B T, heads, L, head] of the frames that each frame reads: [B T, heads, 2 L, head]."""
    grouped = values.unflatten(0, (-1, routing.frames))
    own = grouped if routing.own is None else grouped[:, list(routing.own)]
    assert routing.other is not None
    other = grouped[:, list(routing.other)] if any(routing.other) else grouped[:, :1].expand_as(grouped)
    return torch.cat([own, other], 3).flatten(0, 1)


class TimeMixer(nn.Module):
    """Learned blend: sigmoid(mix_factor) is the weight of the spatial branch."""

    def __init__(self) -> None:
        super().__init__()
        self.mix_factor = nn.Parameter(torch.zeros(1))

    def forward(self, spatial: Tensor, temporal: Tensor) -> Tensor:
        return torch.lerp(temporal, spatial, torch.sigmoid(self.mix_factor).to(spatial.dtype))
