"""State of a run: one file, replaced in one step, with a digest that shows damage."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from ..errors import TrainingError, write_atomically

MAGIC = b"lvcd-training-1\n"
DIGEST = 32


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Writes tensors, numbers, strings, and lists and dictionaries of them."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getvalue()
    write_atomically(path, MAGIC + hashlib.sha256(payload).digest() + payload)


def load_state(path: Path) -> dict[str, Any]:
    """Reads a state; refuses a damaged one by name."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read ({error.strerror})") from error
    start = len(MAGIC) + DIGEST
    if not data.startswith(MAGIC):
        raise TrainingError(f"{path}: not a training state; delete it, or put back a snapshot from the same folder")
    if hashlib.sha256(data[start:]).digest() != data[len(MAGIC) : start]:
        raise TrainingError(
            f"{path}: damaged (its digest differs after {len(data)} bytes); "
            "put a snapshot-*.state of the same folder in its place, or delete it to begin anew"
        )
    return torch.load(io.BytesIO(data[start:]), map_location="cpu", weights_only=True)
