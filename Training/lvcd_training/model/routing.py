"""Which frames read which: the modes of Reference Attention and the separation of reference and video frames."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..config import ModelConfig


@dataclass(frozen=True)
class Routing:
    """Describes one call on T flat frames per clip, the first `references` of them reference frames.

    Frame f attends to the keys of frame `own[f]` and of frame `other[f]`, the latter with `bias[f]` added to the scores
    in layers whose ordinal is at most `bias_limit`.
    """

    frames: int
    references: int
    own: tuple[int, ...] | None = None
    other: tuple[int, ...] | None = None
    bias: tuple[float, ...] | None = None
    bias_limit: int = 0
    temporal: bool = True

    @classmethod
    def training(cls, targets: int, temporal: bool, reference_attention: bool = True) -> Routing:
        """One reference, then `targets` frames that all read it; without Reference Attention each reads itself only."""
        frames = targets + 1
        other = (0,) * frames if reference_attention else None
        return cls(frames, 1, other=other, temporal=temporal)

    @classmethod
    def first_segment(cls, config: ModelConfig, references: int, targets: int) -> Routing:
        """The first segment: reference frames read themselves, video frames read frame 0 as well."""
        frames = references + targets
        if not config.reference_attention:
            return cls(frames, references)
        other = tuple(f if f < references else 0 for f in range(frames))
        return cls(frames, references, other=other)

    @classmethod
    def later_segment(cls, config: ModelConfig, targets: int) -> Routing:
        """A later segment: the overlapped frames read their previous results, new frames the frame three before."""
        overlap = config.overlap
        frames = 1 + overlap + targets
        if not config.reference_attention:
            return cls(frames, 1 + overlap)
        new, old = 2 * overlap + 1, overlap + 1
        return cls(
            frames,
            old,
            own=tuple(f if f < new else f - config.prev_reference_shift for f in range(frames)),
            other=tuple(f if f < old else f - overlap if f < new else 0 for f in range(frames)),
            bias=tuple(math.log(config.amplify) if old <= f < new else 0.0 for f in range(frames)),
            bias_limit=config.amplify_max_ordinal,
        )
