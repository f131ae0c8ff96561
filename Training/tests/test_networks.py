"""The networks against the golden tensors of the published implementation (LVCD_GOLDENS names their folder)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from lvcd_training.config import ModelConfig
from lvcd_training.model.colorizer import Colorizer, denoised, official_name
from lvcd_training.model.routing import Routing

GOLDENS = Path(os.environ.get("LVCD_GOLDENS", Path(__file__).parents[2] / "Tests/Golden/lvcd"))
TOLERANCE = 2e-4

pytestmark = pytest.mark.skipif(
    not (GOLDENS / "svd_tiny.safetensors").exists(),
    reason=f"no golden networks in {GOLDENS}; set LVCD_GOLDENS",
)


def load(name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    with safe_open(GOLDENS / f"{name}.safetensors", "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}


@pytest.fixture(scope="module")
def model() -> Colorizer:
    tensors, metadata = load("svd_tiny")
    tensors |= load("lvcd_tiny")[0]
    values = json.loads(metadata["config"])
    hint = [len(tensors[f"control_model.input_hint_block.{index}.weight"]) for index in range(0, 14, 2)]
    values |= {"hint_channels": hint, "latent_channels": 4, "ff_mult": 4}
    model = Colorizer(ModelConfig.from_json(json.dumps(values)))
    model.load_official({key: value.float() for key, value in tensors.items()})
    return model.eval()


def check(actual: Tensor, expected: Tensor) -> None:
    error = (actual - expected).abs().max() / expected.pow(2).mean().sqrt()
    assert actual.shape == expected.shape
    assert error < TOLERANCE, f"max difference {error:.1e} of the RMS"


def hints(count: int) -> Tensor:
    lineart = load("00_lineart")[0]["lineart_u8"][:count]
    return (1 - lineart.float() / 255)[:, None].expand(-1, 3, -1, -1)


def routing(config: ModelConfig, mode: str) -> Routing:
    match mode:
        case "one":
            return Routing.training(config.video_frames, temporal=True)
        case "normal":
            return Routing.first_segment(config, config.overlap + 1, config.video_frames)
        case _:
            return Routing.later_segment(config, config.video_frames)


@pytest.mark.parametrize("mode", ["one", "normal", "prevref"])
def test_networks_match_in_every_mode(model: Colorizer, mode: str) -> None:
    data, _ = load("07_networks_one_reference" if mode == "one" else "08_networks_inference")
    prefix = "" if mode == "one" else f"{mode}."
    route = routing(model.config, mode)
    context = data["context"][0]
    with torch.no_grad():
        features = model.control.input_hint_block(hints(route.frames))
        raw = model.network(data["x"], data["timesteps"], features, context, route, data["y"])
        check(raw, data[f"{prefix}unet_out_with_control"])
        call = model.unet.call(data["timesteps"], data["y"], context, 1, route)
        check(model.unet(data["x"], call, None), data[f"{prefix}unet_out_no_control"])


def test_clips_of_a_batch_do_not_mix(model: Colorizer) -> None:
    data, _ = load("08_networks_inference")
    route = routing(model.config, "prevref")
    swapped = data["x"].flip(0)
    with torch.no_grad():
        features = model.control.input_hint_block(hints(route.frames))
        alone = [
            model.network(x, data["timesteps"], features, data["context"][0], route, data["y"][:1])
            for x in (data["x"], swapped)
        ]
        together = model.network(
            torch.cat([data["x"], swapped]),
            data["timesteps"].repeat(2),
            features.repeat(2, 1, 1, 1),
            data["context"][0].repeat(2, 1),
            route,
            data["y"][:1],
        )
    check(together, torch.cat(alone))


def test_denoiser_and_image_encoder_match(model: Colorizer) -> None:
    data, _ = load("09_denoiser_and_loss")
    route = routing(model.config, "one")
    sigma = data["sigma"][:1].expand(route.frames)
    with torch.no_grad():
        condition = data["concat"].expand(route.frames, -1, -1, -1)
        features = model.control.input_hint_block(hints(route.frames))
        x = torch.cat([data["noised"] * torch.rsqrt(sigma**2 + 1).view(-1, 1, 1, 1), condition], 1)
        raw = model.network(x, 0.25 * sigma.log(), features, data["context"][0], route, data["y"])
        check(denoised(raw, data["noised"], sigma), data["denoised"])
        data, _ = load("11_conditioner")
        image = data["image_u8"].permute(2, 0, 1)[None].float() / 127.5 - 1
        check(model.context(image)[:, None], data["crossattn"])
    check(model.vector(image.device), load("12_sample_first_segment")[0]["vector_row"])


def test_names_are_the_official_ones(model: Colorizer) -> None:
    official = set(load("svd_tiny")[0]) | set(load("lvcd_tiny")[0])
    wanted = {name for name in official if not name.startswith(("first_stage_model.", "conditioner.embedders.3."))}
    assert {official_name(name) for name in model.state_dict()} == wanted
