"""Codec, export and scores on small random material."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lvcd_training.config import CodecConfig, ModelConfig, VisionConfig
from lvcd_training.errors import TrainingError
from lvcd_training.evaluation.measures import Regions, interval, scores
from lvcd_training.export import export_colorizer, load_colorizer
from lvcd_training.model.codec import Codec
from lvcd_training.model.colorizer import Colorizer, denoised, training_target
from lvcd_training.model.initialise import initialise
from lvcd_training.model.routing import Routing
from lvcd_training.training.stages import continue_codec

SMALL = ModelConfig(
    model_channels=16,
    head_channels=8,
    context_dim=8,
    clip=VisionConfig(width=16, layers=1, head_width=8, patch_size=56, embed_dim=8),
    hint_channels=(8,) * 7,
    codec=CodecConfig(encoder_channels=(8, 8, 8), decoder_channels=(8, 8, 8)),
)


def test_codec_starts_as_the_best_linear_one() -> None:
    torch.manual_seed(0)
    images = F.interpolate(torch.rand(6, 3, 8, 8) * 2 - 1, (64, 64), mode="bilinear")
    errors = []
    for latents in (4, 16, 192):
        codec = Codec(CodecConfig(latent_channels=latents, encoder_channels=(8, 8), decoder_channels=(8, 8)))
        codec.start_from_patches(images)
        with torch.no_grad():
            encoded = codec.encoder(images)
            decoded = codec.decoder(encoded, torch.zeros(len(images), 1, *images.shape[2:]))
            errors.append((decoded - images).pow(2).mean().item())
        assert encoded.std().item() == pytest.approx(1, abs=0.02)
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-9


def test_exported_weights_give_the_same_results(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model, codec = Colorizer(SMALL), Codec(SMALL.codec)
    initialise(model, torch.rand(4, 1, 64, 64).expand(-1, 3, -1, -1))
    path = tmp_path / "weights.safetensors"
    export_colorizer(path, model, codec, {"step": 7})
    weights = load_colorizer(path, torch.device("cpu"))
    assert weights.model.config == SMALL and weights.origin == {"step": 7}
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(weights.codec.encoder(images), codec.encoder(images), atol=1e-2)
        assert torch.allclose(weights.model.context(images), model.context(images), atol=1e-2)
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    with pytest.raises(TrainingError, match="weights.safetensors"):
        load_colorizer(path, torch.device("cpu"))


def test_temporal_layers_start_as_the_identity() -> None:
    torch.manual_seed(2)
    model = Colorizer(SMALL)
    initialise(model, torch.rand(4, 1, 64, 64).expand(-1, 3, -1, -1))
    torch.nn.init.normal_(model.unet.out[2].weight, std=0.1)
    shape = (4, 16, 8, 8)
    inputs = (torch.randn(shape), torch.randn(shape), torch.ones(4), torch.rand(4, 3, 64, 64), torch.randn(1, 8))
    with torch.no_grad():
        still, moving = (model(*inputs, Routing.training(3, temporal)) for temporal in (False, True))
    assert torch.allclose(still, moving, atol=1e-5)


def test_ablation_ignores_the_reference_in_attention() -> None:
    config = replace(SMALL, reference_attention=False)
    for routing in (Routing.first_segment(config, 5, 14), Routing.later_segment(config, 14)):
        assert (routing.frames, routing.references, routing.other) == (19, 5, None)


def test_target_and_denoiser_agree() -> None:
    clean, noise = torch.randn(5, 2, 4, 4), torch.randn(5, 2, 4, 4)
    sigma = torch.tensor([0.01, 0.3, 1.0, 20.0, 600.0])
    noised = clean + sigma.view(-1, 1, 1, 1) * noise
    assert torch.allclose(denoised(training_target(clean, noised, sigma), noised, sigma), clean, atol=1e-3)


def test_scores_of_known_pictures() -> None:
    truth = torch.zeros(2, 3, 16, 16)
    truth[:, 0, :, 8:] = 1
    reference = torch.zeros(3, 16, 16)
    lines = torch.zeros(2, 1, 16, 16)
    regions = Regions.of(truth, reference, lines)
    assert regions.changed.sum().item() == 2 * 8 * 16
    copied = scores(reference.expand_as(truth), truth, regions)
    assert copied["changed_right"].tolist() == [0, 0] and copied["right"].tolist() == [0.5, 0.5]
    assert copied["psnr"] == pytest.approx(-10 * np.log10(1 / 6))
    perfect = scores(truth, truth, regions)
    assert perfect["right"].tolist() == [1, 1] and perfect["psnr"].min() > 90
    lines[:, :, 4, 12] = 1
    assert Regions.of(truth, reference, lines).changed.sum().item() == 2 * (8 * 16 - 9)
    mean, low, high = interval(np.array([1.0, 2.0, 3.0, np.nan]))
    assert mean == 2 and 1 <= low < mean < high <= 3


def test_a_run_begins_with_an_exported_file(tmp_path: Path) -> None:
    torch.manual_seed(2)
    plain = replace(SMALL, codec=CodecConfig(decoder_channels=(8, 8, 8), decoder_lineart=False))
    stored = Codec(plain.codec)
    stored.start_from_patches(torch.rand(2, 3, 64, 64) * 2 - 1)
    file, start = tmp_path / "weights.safetensors", tmp_path / "codec-start.state"
    export_colorizer(file, Colorizer(plain), stored, {})
    codec = Codec(CodecConfig(decoder_channels=(8, 8, 8)))
    continue_codec(codec, file, start)
    images, hints = torch.rand(1, 3, 64, 64), torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        latents = codec.encoder(images)
        assert torch.allclose(latents, stored.encoder(images), atol=1e-2)
        # What is new starts at zero.
        assert torch.allclose(codec.decoder(latents, hints), stored.decoder(latents, hints), atol=1e-2)
    continue_codec(codec, file, start)
    stored.encoder.linear.weight.data.mul_(1.5)
    export_colorizer(file, Colorizer(plain), stored, {})
    with pytest.raises(TrainingError, match="its encoder is not that of"):
        continue_codec(codec, file, start)
