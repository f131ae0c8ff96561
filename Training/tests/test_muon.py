"""Muon: orthogonal updates, what it does with all kinds of parameters, resuming."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lvcd_training.training.muon import UPDATE_SIZE, Muon, orthogonalised


@pytest.mark.parametrize("rows, columns", [(8, 8), (8, 40), (48, 432)])
def test_updates_keep_singular_vectors_and_lose_their_values(rows: int, columns: int) -> None:
    torch.manual_seed(0)
    matrices = torch.randn(3, rows, columns) * torch.tensor([1e-6, 1.0, 1e6])[:, None, None]
    results = orthogonalised(matrices)
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    inner = left.mT @ results @ right.mT
    values = inner.diagonal(dim1=1, dim2=2)
    assert (inner - torch.diag_embed(values)).abs().max() < 2e-2
    assert values.min() > 0.3 and values.max() < 1.3
    assert values[:, : rows // 2].min() > 0.6


def test_first_update_has_the_size_of_adams() -> None:
    torch.manual_seed(0)
    tall, wide, bias = (nn.Parameter(torch.zeros(shape)) for shape in ((96, 24), (24, 10, 3, 3), (24,)))
    muon = Muon([tall, wide, bias], rate=1e-2)
    for parameter in (tall, wide, bias):
        parameter.grad = torch.randn_like(parameter)
    muon.step()
    for parameter in (tall, wide):
        size = parameter.detach().pow(2).mean().sqrt().item()
        assert size == pytest.approx(UPDATE_SIZE * 1e-2, rel=0.25)
        assert (parameter.detach() * parameter.grad).sum() < 0
    assert torch.allclose(bias.detach(), -1e-2 * bias.grad.sign(), rtol=1e-3)


def test_state_carries_over() -> None:
    def run(steps: list[int], resume: bool) -> nn.Linear:
        torch.manual_seed(1)
        layer = nn.Linear(5, 3)
        muon = Muon(list(layer.parameters()), rate=1e-2)
        for step in steps:
            if resume and step == 4:
                state = muon.state_dict()
                muon = Muon(list(layer.parameters()), rate=1e-2)
                muon.load_state_dict(state)
            x = torch.randn(4, 5, generator=torch.Generator().manual_seed(step))
            muon.zero_grad()
            (layer(x) - x[:, :3]).pow(2).mean().backward()
            muon.step()
        return layer

    whole, parts = run(list(range(8)), resume=False), run(list(range(8)), resume=True)
    assert torch.equal(whole.weight, parts.weight) and torch.equal(whole.bias, parts.bias)


def test_it_learns_what_a_layer_can() -> None:
    torch.manual_seed(2)
    target, layer = nn.Linear(6, 4), nn.Linear(6, 4)
    muon = Muon(list(layer.parameters()), rate=3e-2)
    for step in range(400):
        muon.rate = 3e-2 * (1 - step / 400)
        x = torch.randn(16, 6)
        muon.zero_grad()
        loss = (layer(x) - target(x)).pow(2).mean()
        loss.backward()
        muon.step()
    assert loss.item() < 1e-3


def test_another_optimizers_state_starts_anew(capsys: pytest.CaptureFixture[str]) -> None:
    muon = Muon([nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2))], rate=1e-2)
    muon.load_state_dict({"state": {}, "param_groups": []})
    assert "anew" in capsys.readouterr().out
