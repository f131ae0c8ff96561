"""Muon: momentum whose updates of matrices are orthogonalised (K. Jordan and others, 2024)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# Jordan's quintic: brings singular values of 0.01 to 1 into 0.7 to 1.2 within five rounds.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
# Root mean square of an AdamW update in units of the rate, so that both take the same rate (Liu and others, 2025).
UPDATE_SIZE = 0.2


def orthogonalised(updates: Tensor) -> Tensor:
    """Matrices of the same singular vectors, singular values near 1.

    `updates` is [n, rows, columns] with rows <= columns. The rounds run on the Gram matrices [n, rows, rows].
    """
    updates = updates / (updates.norm(dim=(1, 2), keepdim=True) + 1e-7)
    gram = updates @ updates.mT
    identity = torch.eye(gram.shape[1], device=gram.device, dtype=gram.dtype)
    product = identity.expand_as(gram)
    a, b, c = COEFFICIENTS
    for _ in range(ROUNDS):
        factor = a * identity + b * gram + c * (gram @ gram)
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ updates


class Muon:
    """Muon for parameters of two and more dimensions (convolutions as [outputs, rest]), AdamW for all others."""

    def __init__(self, parameters: list[Tensor], rate: float, momentum: float = 0.95, decay: float = 0.01) -> None:
        self.rate = rate
        self._momentum = momentum
        self._decay = decay
        self._matrices = [parameter for parameter in parameters if parameter.dim() > 1]
        self._averages = [torch.zeros_like(parameter) for parameter in self._matrices]
        vectors = [parameter for parameter in parameters if parameter.dim() <= 1]
        self._adam = torch.optim.AdamW(vectors, rate, betas=(0.9, 0.98), weight_decay=0.0, foreach=True)

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        self._adam.zero_grad(set_to_none=True)
        for parameter in self._matrices:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """One update with `rate`. Matrices of one shape are orthogonalised together."""
        self._adam.param_groups[0]["lr"] = self.rate
        self._adam.step()
        gradients = [parameter.grad for parameter in self._matrices]
        torch._foreach_lerp_(self._averages, gradients, 1 - self._momentum)
        torch._foreach_mul_(self._matrices, 1 - self.rate * self._decay)
        shapes: dict[tuple[int, ...], list[tuple[Tensor, Tensor]]] = {}
        for parameter, gradient, average in zip(self._matrices, gradients, self._averages):
            update = gradient.lerp(average, self._momentum).flatten(1)
            shapes.setdefault(tuple(update.shape), []).append((parameter, update))
        for (rows, columns), members in shapes.items():
            updates = torch.stack([update for _, update in members])
            directions = orthogonalised(updates) if rows <= columns else orthogonalised(updates.mT).mT
            size = UPDATE_SIZE * max(rows, columns) ** 0.5
            for (parameter, _), direction in zip(members, directions):
                parameter.add_(direction.reshape(parameter.shape), alpha=-self.rate * size)

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs."""
        return {"muon": self._averages, "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes a state of this optimizer over; one of AdamW alone leaves the averages at zero."""
        if "muon" not in state:
            print("state of another optimizer: its averages start anew", flush=True)
            return
        for average, stored in zip(self._averages, state["muon"], strict=True):
            average.copy_(stored)
        self._adam.load_state_dict(state["adam"])
