"""States, packs and shards: resuming, damage, full disks."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lvcd_training.__main__ import parser, settings_from
from lvcd_training.config import ModelConfig
from lvcd_training.data.packs import ClipSet, write_pack
from lvcd_training.data.shards import ShardClip, read_shard
from lvcd_training.errors import TrainingError, write_atomically
from lvcd_training.model.colorizer import Colorizer, is_inert, is_temporal
from lvcd_training.training.colorizer import ColorizerOptions, ColorizerTask
from lvcd_training.training.loop import Loop, LoopOptions, Schedule
from lvcd_training.training.stages import _rebase, branch, steps_of
from lvcd_training.training.state import load_state, save_state


class LineTask:
    """Fits a line to points that depend on the step alone."""

    name = "line"
    columns = ["loss"]
    frames_per_step = 4

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.module = nn.Linear(1, 1)

    def trained(self, name: str) -> bool:
        return True

    def describe(self) -> dict[str, int]:
        return {"seed": 0}

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        x = torch.randn(4, 1, generator=torch.Generator().manual_seed(step))
        loss = (self.module(x) - 3 * x - 1).pow(2).mean()
        return loss, torch.tensor([[loss.item(), 1.0]])

    def validate(self, average: nn.Linear) -> dict[str, float]:
        return {"validation error": abs(average.weight.item() - 3)}


def train(folder: Path, steps: int) -> nn.Linear:
    task = LineTask()
    Loop(task, LoopOptions(folder, Schedule(1e-2), steps, report_every=10, validate_every=20)).run()
    return task.module


def test_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", 60)
    train(tmp_path / "parts", 23)
    resumed = train(tmp_path / "parts", 60)
    assert torch.equal(whole.weight, resumed.weight) and torch.equal(whole.bias, resumed.bias)
    states = [load_state(tmp_path / name / "line.state") for name in ("whole", "parts")]
    assert torch.equal(states[0]["average"]["weight"], states[1]["average"]["weight"])
    assert (tmp_path / "parts/line.csv").exists() and (tmp_path / "parts/line.png").exists()


def test_schedule_is_constant_then_falls() -> None:
    schedule = Schedule(1.0, warm_up=10, start=100, decay=50)
    assert schedule.at(0) == pytest.approx(0.1)
    assert schedule.at(10) == schedule.at(99) == schedule.at(100) == 1
    assert schedule.at(125) == pytest.approx(0.5)


@pytest.mark.parametrize("position", [0, 30, 200, -1])
def test_damaged_state_is_refused_by_name(tmp_path: Path, position: int) -> None:
    path = tmp_path / "image.state"
    save_state(path, {"step": 3, "tensor": torch.arange(50)})
    assert load_state(path)["step"] == 3
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)
    with pytest.raises(TrainingError, match="image.state"):
        load_state(path)
    path.write_bytes(data[:100])
    with pytest.raises(TrainingError, match="image.state"):
        load_state(path)


def test_state_of_other_settings_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 5)
    state = load_state(tmp_path / "line.state")
    save_state(tmp_path / "line.state", state | {"describe": {"seed": 7}})
    with pytest.raises(TrainingError, match="seed is 7, this run has 0"):
        train(tmp_path, 10)


def test_full_disk_keeps_the_previous_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image.state"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def clip(seed: int, frames: int) -> ShardClip:
    rng = np.random.default_rng(seed)
    colour = rng.integers(256, size=(frames, 16, 16, 3), dtype=np.uint8)
    lineart = rng.integers(256, size=(frames, 16, 16), dtype=np.uint8)
    return ShardClip(f"clip-{seed}", colour, lineart, np.arange(frames), None, None)


def test_packs_give_back_what_they_were_given(tmp_path: Path) -> None:
    clips = [clip(seed, 2 + seed) for seed in range(5)]
    write_pack(tmp_path / "image-0000.safetensors", clips[:2], "")
    write_pack(tmp_path / "image-0001.safetensors", clips[2:], "")
    packed = ClipSet(tmp_path, "image")
    assert [packed.length(index) for index in range(len(packed))] == [2, 3, 4, 5, 6]
    for index, original in enumerate(clips):
        raw = packed.raw(np.arange(packed.starts[index], packed.starts[index + 1]))
        assert np.array_equal(raw[:, : 3 * 256].reshape(original.frames.shape), original.frames)
        assert np.array_equal(raw[:, 3 * 256 :].reshape(original.lineart.shape), original.lineart)


def test_damaged_data_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "image-0000.safetensors"
    write_pack(path, [clip(0, 3)], "")
    data = path.read_bytes()
    path.write_bytes(data[:-1500] + bytes(500) + data[-1000:])
    with pytest.raises(TrainingError, match="image-0000.safetensors"):
        ClipSet(tmp_path, "image").raw(np.arange(3))
    path.write_bytes(data[:-10])
    with pytest.raises(TrainingError, match="image-0000.safetensors"):
        ClipSet(tmp_path, "image")
    with pytest.raises(TrainingError, match="run the data stage"):
        ClipSet(tmp_path, "video")
    shard = tmp_path / "shard-00000.safetensors"
    shard.write_bytes(b"not safetensors")
    with pytest.raises(TrainingError, match="shard-00000"):
        list(read_shard(shard))


def test_video_run_takes_the_image_runs_newest_weights(tmp_path: Path) -> None:
    arguments = parser().parse_args(["video", "--root", str(tmp_path), "--device", "cpu"])
    settings = settings_from(arguments)
    settings.runs.mkdir(parents=True)
    names = list(Colorizer(settings.config).state_dict())
    save_state(settings.state("image"), {"average": {name: torch.tensor(1.0) for name in names}})
    own = {name: torch.tensor(2.0) for name in names}
    save_state(settings.state("video"), {"step": 7, "module": own, "average": dict(own), "optimizer": {}})
    _rebase(settings, "video")
    state = load_state(settings.state("video"))
    assert state["step"] == 7
    for part in ("module", "average"):
        assert {name: value.item() for name, value in state[part].items()} == {
            name: 2.0 if is_temporal(name) else 1.0 for name in names
        }
    assert any(map(is_temporal, names)) and not all(map(is_temporal, names))


def test_ablation_branches_off_another_run(tmp_path: Path) -> None:
    settings = settings_from(parser().parse_args(["image", "--root", str(tmp_path), "--device", "cpu", "--ablation"]))
    settings.runs.mkdir(parents=True)
    described = {"config": replace(settings.config, reference_attention=True).to_json(), "seed": 1}
    save_state(settings.state("image"), {"task": "image", "describe": described, "step": 7})
    branch(settings, "image-ablation", settings.state("image"))
    state = load_state(settings.state("image-ablation"))
    assert (state["task"], state["step"]) == ("image-ablation", 7)
    assert state["describe"] == {"config": settings.config.to_json(), "seed": 1}
    assert steps_of(settings, "image-ablation") == 7
    save_state(settings.state("codec"), {"task": "codec", "describe": {}, "step": 7})
    with pytest.raises(TrainingError, match="codec.state: not the state of an image"):
        branch(settings, "image-ablation", settings.state("codec"))


def test_stages_train_different_parameters() -> None:
    model = Colorizer(ModelConfig())
    names = [name for name, _ in model.named_parameters()]

    def trained(video: bool) -> set[str]:
        task = ColorizerTask.__new__(ColorizerTask)
        task.options = ColorizerOptions(1, 1, 14, video)
        return {name for name in names if task.trained(name)}

    assert not trained(True) & trained(False)
    assert trained(True) | trained(False) == {name for name in names if not is_inert(name)}
