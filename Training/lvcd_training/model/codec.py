"""The small autoencoder: a linear codec on 8 x 8 patches, corrected by convolutions without normalisation.

Convolutions only ever add to what the linear part does, and start at zero: training starts from the best linear codec.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import CodecConfig

BLOCKS_PER_LEVEL = 2


class CodecBlock(nn.Module):
    """x + conv2(SiLU(conv1(SiLU(x))))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.conv1(F.silu(x))))


class CodecLevel(nn.Module):
    """The residual blocks of one resolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(CodecBlock(width) for _ in range(BLOCKS_PER_LEVEL)))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class CodecEncoder(nn.Module):
    """Images [n, 3, H, W] in [-1, 1] to latents [n, z, H / 8, W / 8]."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        widths = config.encoder_channels
        patch = config.patch_size
        self.linear = nn.Conv2d(3, config.latent_channels, patch, stride=patch)
        self.first = patch >> len(widths) if widths else 0
        if widths:
            self.conv_in = nn.Conv2d(3 * self.first**2, widths[0], 3, padding=1)
            self.levels = nn.ModuleList(CodecLevel(width) for width in widths)
            self.downsamples = nn.ModuleList(
                nn.Conv2d(width, following, 3, stride=2, padding=1)
                for width, following in zip(widths, (*widths[1:], widths[-1]))
            )
            self.conv_out = nn.Conv2d(widths[-1], config.latent_channels, 3, padding=1)
            nn.init.zeros_(self.conv_out.weight)
            nn.init.zeros_(self.conv_out.bias)

    def correction(self, images: Tensor) -> Tensor | None:
        """What the convolutions add to the linear latents, or None where there are none."""
        if not self.first:
            return None
        x = self.conv_in(F.pixel_unshuffle(images, self.first))
        for level, downsample in zip(self.levels, self.downsamples):
            x = downsample(level(x))
        return self.conv_out(F.silu(x))

    def forward(self, images: Tensor) -> Tensor:
        latents = self.linear(images)
        correction = self.correction(images)
        return latents if correction is None else latents + correction


class CodecDecoder(nn.Module):
    """Latents and inverted lineart to images; values may leave [-1, 1] a little."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        widths = config.decoder_channels[::-1]
        patch = config.patch_size
        self.patch = patch
        self.linear = nn.Conv2d(config.latent_channels, 3 * patch**2, 1)
        self.last = patch >> (len(widths) - 1) if widths else 0
        if widths:
            self.conv_in = nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)
            self.levels = nn.ModuleList(CodecLevel(width) for width in widths)
            self.upsamples = nn.ModuleList(
                nn.Conv2d(width, following, 3, padding=1) for width, following in zip(widths, widths[1:])
            )
            self.conv_out = nn.Conv2d(widths[-1], 3 * self.last**2, 3, padding=1)
            nn.init.zeros_(self.conv_out.weight)
            nn.init.zeros_(self.conv_out.bias)
        guided = widths if config.decoder_lineart else ()
        self.lineart = nn.ModuleList(
            nn.Conv2d((patch >> index) ** 2, width, 3, padding=1) for index, width in enumerate(guided)
        )
        for convolution in self.lineart:
            nn.init.zeros_(convolution.weight)
            nn.init.zeros_(convolution.bias)

    def forward(self, latents: Tensor, hints: Tensor) -> Tensor:
        """latents [n, z, h, w]; hints [n, 1, H, W], 1 on lines."""
        images = F.pixel_shuffle(self.linear(latents), self.patch)
        if not self.last:
            return images
        x = self.conv_in(latents)
        for index, level in enumerate(self.levels):
            if index > 0:
                x = self.upsamples[index - 1](F.interpolate(x, scale_factor=2.0, mode="nearest"))
            if self.lineart:
                x = x + self.lineart[index](F.pixel_unshuffle(hints, self.patch >> index))
            x = level(x)
        return images + F.pixel_shuffle(self.conv_out(F.silu(x)), self.last)


class Codec(nn.Module):
    """Encoder and decoder."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = CodecEncoder(config)
        self.decoder = CodecDecoder(config)

    @torch.no_grad()
    def start_from_patches(self, images: Tensor) -> None:
        """Sets the linear parts to the principal components of the images' patches.

        Latents are scaled per component by the root of its deviation, then all to deviation 1 together: colour stays
        dominant, fine edges stay learnable.
        """
        patch = self.config.patch_size
        rows = F.pixel_unshuffle(images, patch).permute(0, 2, 3, 1).flatten(0, 2).double()
        mean = rows.mean(0)
        centred = rows - mean
        _, vectors = torch.linalg.eigh(centred.T @ centred / len(rows))
        basis = vectors.flip(1)[:, : self.config.latent_channels]
        latents = centred @ basis
        scale = latents.std(0).sqrt()
        scale = scale * (latents / scale).std()
        self.encoder.linear.weight.copy_((basis / scale).T.reshape(self.encoder.linear.weight.shape))
        self.encoder.linear.bias.copy_(-(mean @ basis) / scale)
        self.decoder.linear.weight.copy_((basis * scale)[..., None, None])
        self.decoder.linear.bias.copy_(mean)
