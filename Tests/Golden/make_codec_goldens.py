"""Writes patch-codec.safetensors: the small autoencoder of `Training/` with random weights, its inputs and results.

    PYTHONPATH=Training python Tests/Golden/make_codec_goldens.py
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from lvcd_training.config import CodecConfig
from lvcd_training.model.codec import Codec

PATCH = 8
CODECS = {
    "both": CodecConfig(PATCH, 6, 4, (6, 8), (4, 6, 7), decoder_lineart=False),
    "decoder": CodecConfig(PATCH, 4, 4, (), (5,), decoder_lineart=False),
    "linear": CodecConfig(PATCH, 4, 4, (), (), decoder_lineart=False),
    "lineart": CodecConfig(PATCH, 4, 4, (), (4, 6, 7), decoder_lineart=True),
}


@torch.no_grad()
def main() -> None:
    """Every parameter random, none at its start of zero; all fit half precision."""
    tensors: dict[str, torch.Tensor] = {}
    metadata: dict[str, str] = {}
    for index, (tag, config) in enumerate(CODECS.items()):
        generator = torch.Generator().manual_seed(index)
        codec = Codec(config)
        for parameter in codec.parameters():
            scale = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1
            parameter.copy_((scale * torch.randn(parameter.shape, generator=generator)).half())
        image = 2 * torch.rand((2, 3, 24, 40), generator=generator) - 1
        hints = torch.rand((2, 1, 24, 40), generator=generator)
        latents = torch.randn((2, config.latent_channels, 3, 5), generator=generator)
        values = {"image": image, "latents": latents, "lineart": hints.expand(-1, 3, -1, -1)}
        values |= {"encoded": codec.encoder(image), "decoded": codec.decoder(latents, hints)}
        values |= {f"codec.{name}": value.half() for name, value in codec.state_dict().items()}
        tensors |= {f"{tag}.{name}": value.contiguous() for name, value in values.items()}
        metadata[tag] = json.dumps(
            {
                "patch_size": config.patch_size,
                "latent_channels": config.latent_channels,
                "encoder_channels": config.encoder_channels,
                "decoder_channels": config.decoder_channels,
                "decoder_lineart": config.decoder_lineart,
            }
        )
    save_file(tensors, Path(__file__).with_name("patch-codec.safetensors"), metadata)


if __name__ == "__main__":
    main()
