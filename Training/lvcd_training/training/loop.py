"""One loop for all stages: rate schedule, moving average, curves, and stopping and resuming at any step."""

from __future__ import annotations

import copy
import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..errors import TrainingError
from .curves import Row, plot, write_csv
from .muon import Muon
from .state import load_state, save_state


class Task(Protocol):
    """What a stage defines. Losses depend on the weights and the step alone, so that resuming changes nothing."""

    name: str
    module: nn.Module
    columns: list[str]
    frames_per_step: int

    def trained(self, name: str) -> bool:
        """Whether a parameter of `module` is trained."""

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """The loss of a step, and sum and count of every column [columns, 2]."""

    def validate(self, average: nn.Module) -> Row:
        """Scores of the averaged weights; names start with `validation`."""

    def describe(self) -> dict[str, Any]:
        """What a resumed run must agree in."""


@dataclass(frozen=True)
class Schedule:
    """Constant rate after a warm-up, until `decay` steps from step `start` bring it to zero along a line."""

    rate: float
    warm_up: int = 60
    start: int = 0
    decay: int = 0

    def at(self, step: int) -> float:
        """The rate of a step."""
        factor = min(1.0, (step + 1) / self.warm_up)
        if self.decay:
            factor *= max(0.02, 1 - max(0, step - self.start) / self.decay)
        return self.rate * factor


@dataclass(frozen=True)
class LoopOptions:
    """How long and how to run. `steps` is the last step of the run; `minutes` bounds this sitting."""

    folder: Path
    schedule: Schedule
    steps: int
    minutes: float = math.inf
    average: float = 0.999
    clip: float = 1.0
    report_every: int = 50
    validate_every: int = 500
    save_minutes: float = 5
    snapshot_every: int = 20_000
    muon: bool = False


class AdamW:
    """AdamW with decay on matrices only."""

    def __init__(self, parameters: list[Tensor], rate: float) -> None:
        self.rate = rate
        matrices = [parameter for parameter in parameters if parameter.dim() > 1]
        vectors = [parameter for parameter in parameters if parameter.dim() <= 1]
        self._adam = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}],
            rate,
            betas=(0.9, 0.98),
            foreach=True,
        )

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        self._adam.zero_grad(set_to_none=True)

    def step(self) -> None:
        """One update with `rate`."""
        for group in self._adam.param_groups:
            group["lr"] = self.rate
        self._adam.step()

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs."""
        return self._adam.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes a state of this optimizer over."""
        self._adam.load_state_dict(state)


class Loop:
    """Runs a task; resumes where the folder holds a state."""

    def __init__(self, task: Task, options: LoopOptions) -> None:
        self.task = task
        self.options = options
        self.path = options.folder / f"{task.name}.state"
        self.step = 0
        self.seconds = 0.0
        self.core_seconds = 0.0
        self.rows: list[Row] = []
        self._stopping = False
        self._mark = (0.0, 0.0)
        named = [(name, p) for name, p in task.module.named_parameters() if task.trained(name)]
        trained = {name for name, _ in named}
        for name, parameter in task.module.named_parameters():
            parameter.requires_grad_(name in trained)
        self.parameters = [parameter for _, parameter in named]
        self.optimizer = (Muon if options.muon else AdamW)(self.parameters, options.schedule.rate)
        self.average = copy.deepcopy(task.module).requires_grad_(False)
        kept = dict(self.average.named_parameters())
        self._averaged = [kept[name] for name, _ in named]

    def run(self) -> None:
        """Trains until the last step, the time limit, SIGTERM or SIGINT; the state is saved in every case."""
        if self.path.exists():
            self._restore(load_state(self.path))
            print(f"{self.task.name}: resumed at step {self.step}", flush=True)
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._train()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _train(self) -> None:
        options = self.options
        began = saved = time.monotonic()
        sums = torch.zeros(len(self.task.columns), 2)
        self._mark = (time.monotonic(), _core_seconds())
        while self.step < options.steps and not self._stopping:
            statistics = self._one_step()
            sums = sums.to(statistics.device) + statistics
            due = self.step % options.report_every == 0
            if due or self.step == options.steps:
                self._count_time()
                self._report(sums)
                sums = torch.zeros_like(sums)
                self._mark = (time.monotonic(), _core_seconds())
            if self.step % options.snapshot_every == 0:
                self._save(options.folder / f"snapshot-{self.task.name}-{self.step:07d}.state")
            if time.monotonic() - saved > 60 * options.save_minutes:
                self._save(self.path)
                saved = time.monotonic()
            self._stopping = self._stopping or time.monotonic() - began > 60 * options.minutes
        self._save(self.path)
        print(f"{self.task.name}: stopped at step {self.step} of {options.steps}, state saved", flush=True)

    def _count_time(self) -> None:
        """Adds the time since the mark: validation is left out of both sums."""
        now = (time.monotonic(), _core_seconds())
        self.seconds += now[0] - self._mark[0]
        self.core_seconds += now[1] - self._mark[1]
        self._mark = now

    def _one_step(self) -> Tensor:
        self.optimizer.rate = self.options.schedule.at(self.step)
        loss, statistics = self.task.loss(self.step)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.options.clip, foreach=True)
        self.optimizer.step()
        decay = min(self.options.average, self.step / (self.step + 15))
        with torch.no_grad():
            torch._foreach_lerp_(self._averaged, [p.data for p in self.parameters], 1 - decay)
        self.step += 1
        return statistics.detach()

    def _report(self, sums: Tensor) -> None:
        row: Row = {
            "step": self.step,
            "frames": self.step * self.task.frames_per_step,
            "seconds": self.seconds,
            "core_seconds": self.core_seconds,
            "rate": self.options.schedule.at(self.step - 1),
        }
        for name, (total, count) in zip(self.task.columns, sums.tolist()):
            row[name] = total / count if count else math.nan
        if not math.isfinite(row[self.task.columns[0]]):
            raise TrainingError(
                f"{self.path}: loss is not finite at step {self.step}; "
                "the state before is kept, resume with a lower --rate"
            )
        if self.step % self.options.validate_every == 0 or self.step in (100, 200, self.options.steps):
            self.average.eval()
            with torch.no_grad():
                row |= self.task.validate(self.average)
        self.rows.append(row)
        print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        if any(name.startswith("validation") for name in row):
            self.write_curves()

    def write_curves(self) -> None:
        """Writes the curve files beside the state."""
        write_csv(self.options.folder / f"{self.task.name}.csv", self.rows)
        plot(self.options.folder / f"{self.task.name}.png", self.rows, self.task.name)

    def _save(self, path: Path) -> None:
        self._count_time()
        state = {
            "task": self.task.name,
            "describe": self.task.describe(),
            "step": self.step,
            "seconds": self.seconds,
            "core_seconds": self.core_seconds,
            "rows": self.rows,
            "module": self.task.module.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        save_state(path, state)

    def _restore(self, state: dict[str, Any]) -> None:
        for key, value in self.task.describe().items():
            found = state["describe"].get(key)
            if found != value:
                raise TrainingError(
                    f"{self.path}: state of another run ({key} is {found}, this run has {value}); "
                    "use the same settings, or another --run name"
                )
        self.task.module.load_state_dict(state["module"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.rows = state["step"], state["rows"]
        self.seconds, self.core_seconds = state["seconds"], state["core_seconds"]


def _core_seconds() -> float:
    times = os.times()
    return times.user + times.system
