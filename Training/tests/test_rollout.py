"""Steps that start from the model's own estimate instead of the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lvcd_training.config import ModelConfig
from lvcd_training.model.codec import Codec
from lvcd_training.model.colorizer import Colorizer
from lvcd_training.training.colorizer import ROLLOUT_SIGMA, ColorizerOptions, ColorizerTask


@dataclass
class Call:
    """What the network was given."""

    noised: Tensor
    sigma: Tensor
    gradient: bool


class Recorder(nn.Module):
    """The network, keeping its inputs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.calls: list[Call] = []

    def forward(self, noised: Tensor, condition: Tensor, sigma: Tensor, *rest: object) -> Tensor:
        self.calls.append(Call(noised, sigma, torch.is_grad_enabled()))
        return self.network(noised, condition, sigma, *rest)


def task(share: float, video: bool) -> ColorizerTask:
    """A task of one clip of random pictures; the data's files are left out."""
    torch.manual_seed(0)
    config = ModelConfig()
    assert config.codec is not None
    result = ColorizerTask.__new__(ColorizerTask)
    stand_in = type("Data", (), {"device": torch.device("cpu")})()
    validation = type("Validation", (), {})()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lvcd_training.training.colorizer.FrameStore", lambda *_, **__: validation)
        codec = Codec(config.codec)
        # Without its start from data the encoder's latents are tiny; the weighting needs the usual size of about one.
        with torch.no_grad():
            codec.encoder.linear.weight.mul_(6)
        options = ColorizerOptions(3, 1, 3, video, rollout_share=share)
        ColorizerTask.__init__(result, "image", Colorizer(config), codec, stand_in, validation, options)
    rng = np.random.default_rng(5)
    images = torch.from_numpy(rng.uniform(-1, 1, (4, 3, 128, 128)).astype(np.float32))
    hints = torch.from_numpy((rng.uniform(0, 1, (4, 1, 128, 128)) > 0.9).astype(np.float32))
    result._batch = lambda step: (images, hints)
    result._network = Recorder(result.module)
    return result


def run(share: float, video: bool = False, step: int = 11) -> tuple[Tensor, list[Call], ColorizerTask]:
    """Loss of a step, and the calls of the network on the way (`_estimate` calls it as `_network`)."""
    one = task(share, video)
    loss, _ = one.loss(step)
    return loss, one._network.calls, one


@pytest.mark.parametrize("video", [False, True])
def test_the_second_call_starts_from_the_first_ones_estimate(video: bool) -> None:
    _, plain, _ = run(0, video)
    assert len(plain) == 1
    loss, (first, second), _ = run(1, video)
    assert not first.gradient and second.gradient
    assert torch.equal(second.sigma, plain[0].sigma)
    assert (first.sigma >= torch.maximum(torch.tensor(ROLLOUT_SIGMA[0]), 1.5 * second.sigma)).all()
    assert (len(set(first.sigma.tolist())) == 1) == video
    # Both calls see the same noise, so their difference holds the truth and the estimate and no noise.
    sigma = second.sigma.view(-1, 1, 1, 1)
    noise = (first.noised - plain[0].noised) / (first.sigma.view(-1, 1, 1, 1) - sigma)
    clean = plain[0].noised - sigma * noise
    estimate = second.noised - sigma * noise
    assert (estimate - clean).pow(2).mean().sqrt() > 0.05
    assert torch.isfinite(loss)


def test_a_step_repeats_exactly_and_the_share_is_kept() -> None:
    assert run(1)[0] == run(1)[0]
    one = task(0.5, False)
    calls = []
    for step in range(24):
        one._network.calls.clear()
        with torch.no_grad():
            one.loss(step)
        calls.append(len(one._network.calls))
    assert 6 <= calls.count(2) <= 18 and set(calls) == {1, 2}


def test_errors_of_the_estimate_do_not_blow_up_the_loss_at_low_noise() -> None:
    one = task(1, False)
    one._sigmas = lambda count, generator: torch.full((count,), 0.01)
    loss, _ = one.loss(3)
    # Unweighted it would be (error of the estimate / 0.01)^2, thousands.
    assert loss < 5
