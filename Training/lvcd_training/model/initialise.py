"""Starting values. The measurements behind them are in the README."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import SpatioTemporalTransformer, TemporalResidual
from .colorizer import Colorizer
from .layers import Attention
from .networks import Encoder, HintEncoder

NOISE_COLUMNS = 0.3
TIME_EMBEDDING = 4.0


@torch.no_grad()
def initialise(model: Colorizer, hints: Tensor) -> None:
    """From PyTorch's defaults to the start of training; `hints` [n, 3, H, W] are training sketches, 1 on lines."""
    for module in model.modules():
        match module:
            case Encoder():
                latents = model.config.latent_channels
                module.input_blocks[0][0].weight[:, :latents] *= NOISE_COLUMNS
                for parameter in module.time_embed[0].parameters():
                    parameter *= TIME_EMBEDDING
            case Attention() if module.to_q.weight.shape == module.to_k.weight.shape:
                module.to_q.weight.copy_(module.to_k.weight)
            case SpatioTemporalTransformer():
                temporal = module.time_stack[0]
                _zero(module.proj_out, temporal.attn1.to_out[0], temporal.attn2.to_out[0])
                _zero(temporal.ff.net[2], temporal.ff_in.net[2], module.time_pos_embed[2])
            case TemporalResidual():
                _zero(module.out_layers[3])
    _zero(model.unet.out[2])
    _normalise(model.control.input_hint_block, hints)


def _zero(*layers: nn.Module) -> None:
    for layer in layers:
        for parameter in layer.parameters():
            parameter.zero_()


def _normalise(encoder: HintEncoder, x: Tensor) -> None:
    """Scales each convolution so that every channel of its output has mean 0 and variance 1 on the given sketches.

    With default values eight convolutions in a row shrink a sketch to almost nothing.
    """
    for index, layer in enumerate(encoder.convolutions()):
        x = F.silu(x) if index > 0 else x
        layer.bias.zero_()
        y = layer(x)
        deviation = y.std((0, 2, 3)).clamp_min(1e-4)
        mean = y.mean((0, 2, 3))
        layer.weight /= deviation.view(-1, 1, 1, 1)
        layer.bias.copy_(-mean / deviation)
        x = (y - mean.view(1, -1, 1, 1)) / deviation.view(1, -1, 1, 1)
