"""Puts the stages together: which data, which start, which schedule."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..config import ModelConfig
from ..data.packs import ClipSet
from ..data.store import FrameStore
from ..errors import TrainingError, write_atomically
from ..export import export_colorizer, load_colorizer, write_weights
from ..flow.raft import RAFTSmall
from ..flow.training import FlowOptions, FlowTask
from ..model.codec import Codec
from ..model.colorizer import Colorizer, is_temporal
from ..model.initialise import initialise
from .codec import CodecTask
from .colorizer import ColorizerOptions, ColorizerTask
from .loop import Loop, LoopOptions, Schedule
from .state import load_state, save_state

START_FRAMES = 2000
START_SKETCHES = 64


@dataclass(frozen=True)
class Settings:
    """What the command line sets; None takes the stage's own value."""

    root: Path
    config: ModelConfig
    seed: int
    device: torch.device
    workers: int
    resident: bool
    compiled: bool
    steps: int
    minutes: float
    clips: int | None
    rate: float | None
    average: float
    finish: int | None
    save_minutes: float
    validate_every: int
    noise_mean: float
    low_noise_share: float
    rollout_share: float
    start: Path | None
    branch: Path | None

    @property
    def data(self) -> Path:
        """The folder of packs."""
        return self.root / "data"

    @property
    def runs(self) -> Path:
        """The folder of states and curves."""
        return self.root / "runs"

    def state(self, name: str) -> Path:
        """The state file of a run."""
        return self.runs / f"{name}.state"

    def best(self, name: str) -> Path | None:
        """The state of the finished run where there is one, else of the running one, else None."""
        return next((path for path in (self.state(f"{name}-final"), self.state(name)) if path.exists()), None)


def store(settings: Settings, kind: str) -> FrameStore:
    """Training frames of a kind."""
    return FrameStore(ClipSet(settings.data, kind), settings.device, settings.workers, settings.resident)


def starting_codec(settings: Settings) -> Codec:
    """The codec with its linear parts set; the values are computed once and kept."""
    assert settings.config.codec is not None
    torch.manual_seed(settings.seed)
    codec = Codec(settings.config.codec)
    path = settings.state("codec-start")
    if settings.start is not None:
        continue_codec(codec, settings.start, path)
        return codec.to(settings.device)
    if not path.exists():
        clips = ClipSet(settings.data, "image")
        rng = np.random.default_rng(settings.seed)
        first = int(clips.starts[min(len(clips), 500)])
        frames = rng.choice(first, min(first, START_FRAMES), replace=False)
        images, _ = FrameStore(clips, torch.device("cpu"), 1, resident=False).frames(frames)
        codec.start_from_patches(images)
        save_state(path, {"module": _linear_parts(codec)})
    codec.load_state_dict(load_state(path)["module"], strict=False)
    return codec.to(settings.device)


def _linear_parts(codec: Codec) -> dict[str, Tensor]:
    return {name: value for name, value in codec.state_dict().items() if ".linear." in name}


def continue_codec(codec: Codec, file: Path, start: Path) -> None:
    """Takes the codec of an exported file; what the file has not (a newer configuration's parts) starts anew.

    The latents of a folder are fixed by its `codec-start.state`: a file with another encoder is refused.
    """
    stored = load_colorizer(file, torch.device("cpu")).codec
    result = codec.load_state_dict(stored.state_dict(), strict=False)
    if result.unexpected_keys:
        raise TrainingError(f"{file}: this configuration has no {result.unexpected_keys[0]}; use the file's own --config")
    if start.exists():
        kept = {name: value for name, value in load_state(start)["module"].items() if name.startswith("encoder.")}
        if not torch.allclose(codec.encoder.linear.weight, kept["encoder.linear.weight"], rtol=1e-3, atol=1e-4):
            raise TrainingError(f"{file}: its encoder is not that of {start}; use an empty --root, or leave --start out")
        codec.load_state_dict(kept, strict=False)
    else:
        save_state(start, {"module": _linear_parts(codec)})
    if result.missing_keys:
        print(f"{file}: starting anew: {' '.join(result.missing_keys)}", flush=True)


def trained_codec(settings: Settings) -> Codec:
    """The codec with the averaged weights of its run."""
    path = settings.best("codec")
    if path is None:
        raise TrainingError(f"{settings.state('codec')}: missing; run the codec stage first")
    codec = starting_codec(settings)
    codec.load_state_dict(load_state(path)["average"])
    return codec.eval().requires_grad_(False)


def encoding_codec(settings: Settings) -> Codec:
    """The codec whose encoder makes the latents: a linear encoder is final from the start."""
    assert settings.config.codec is not None
    if settings.config.codec.encoder_channels:
        return trained_codec(settings)
    return starting_codec(settings).eval().requires_grad_(False)


def schedule(settings: Settings, name: str, rate: float) -> tuple[str, Schedule, int]:
    """Name, schedule and last step of a run; with `finish` a copy of run `name` whose rate decays to zero."""
    if settings.finish is None:
        return name, Schedule(rate), settings.steps
    final = f"{name}-final"
    path = settings.runs / f"{final}.json"
    if not settings.state(final).exists():
        state = load_state(settings.state(name))
        state["task"] = final
        write_atomically(path, json.dumps({"start": state["step"], "decay": settings.finish}).encode())
        save_state(settings.state(final), state)
    plan = json.loads(path.read_text())
    return final, Schedule(rate, start=plan["start"], decay=plan["decay"]), plan["start"] + plan["decay"]


def steps_of(settings: Settings, name: str) -> int:
    """Steps of a run so far: what an ablation must repeat."""
    state = load_state(settings.state(name))
    return int(state["step"])


def branch(settings: Settings, name: str, source: Path) -> None:
    """Begins run `name` with a copy of another run's state: what both have learned up to there they share."""
    state = load_state(source)
    try:
        described = ModelConfig.from_json(state["describe"]["config"])
        shared = replace(described, reference_attention=settings.config.reference_attention)
        state["describe"]["config"] = shared.to_json()
    except KeyError as error:
        raise TrainingError(f"{source}: not the state of an image or a video run (no {error})") from error
    state["task"] = name
    save_state(settings.state(name), state)
    print(f"{name}: branches off {source.name} at step {state['step']}", flush=True)


def channels_last(model: nn.Module) -> None:
    """Stores the weights of two-dimensional convolutions in the order that is fastest on CPU and GPU."""
    for parameter in model.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def loop_options(
    settings: Settings, plan: Schedule, steps: int, clip: float = 1.0, muon: bool = False
) -> LoopOptions:
    """Options of the loop from the settings."""
    return LoopOptions(
        settings.runs,
        plan,
        steps,
        minutes=settings.minutes,
        average=settings.average,
        clip=clip,
        save_minutes=settings.save_minutes,
        validate_every=settings.validate_every,
        muon=muon,
    )


def train_codec(settings: Settings) -> None:
    """Stage `codec`."""
    name, plan, steps = schedule(settings, "codec", settings.rate or 1e-3)
    codec = starting_codec(settings)
    channels_last(codec)
    held_out = {kind: ClipSet(settings.data, kind) for kind in ("validation", "general")}
    task = CodecTask(name, codec, store(settings, "image"), held_out, settings.seed, settings.clips or 8)
    Loop(task, loop_options(settings, plan, steps, clip=0.5)).run()


def train_flow(settings: Settings) -> None:
    """Stage `raft`."""
    name, plan, steps = schedule(settings, "raft", settings.rate or 4e-4)
    torch.manual_seed(settings.seed)
    model = RAFTSmall()
    channels_last(model.to(settings.device))
    held_out = {kind: ClipSet(settings.data, f"flow{kind}") for kind in ("similar", "general")}
    options = FlowOptions(settings.seed, settings.clips or 2, full_size=settings.device.type == "cuda")
    task = FlowTask(name, model, store(settings, "flow"), held_out, options)
    Loop(task, loop_options(settings, plan, steps)).run()


def export_flow(settings: Settings, output: Path | None) -> Path:
    """Stage `export-raft`."""
    path = settings.best("raft")
    if path is None:
        raise TrainingError(f"{settings.state('raft')}: missing; run the raft stage first")
    state = load_state(path)
    origin = {"run": path.stem, "step": state["step"], "seed": settings.seed, "data": data_hash(settings.data)}
    target = output or settings.root / "weights" / "raft-small-project.safetensors"
    write_weights(target, state["average"], {"origin": json.dumps(origin, sort_keys=True)})
    return target


def run_name(stage: str, config: ModelConfig) -> str:
    """Name of a colorizer run."""
    return stage if config.reference_attention else f"{stage}-ablation"


def train_colorizer(settings: Settings, video: bool) -> None:
    """Stages `image` and `video`; the video stage starts from the image stage's averaged weights."""
    config = settings.config
    stage = "video" if video else "image"
    name, plan, steps = schedule(settings, run_name(stage, config), settings.rate or (1e-3 if video else 2e-3))
    data = store(settings, stage)
    torch.manual_seed(settings.seed)
    model = Colorizer(config)
    if settings.branch is not None and not settings.state(name).exists():
        branch(settings, name, settings.branch)
    if settings.state(name).exists():
        if video:
            _rebase(settings, name)
    else:
        _start(settings, model, data, video)
    channels_last(model.to(settings.device))
    autocast = settings.device.type == "cuda"
    options = ColorizerOptions(
        settings.seed,
        clips=settings.clips or (1 if video else 3),
        targets=config.video_frames if video else 3,
        video=video,
        sigma_mean=settings.noise_mean,
        low_noise_share=settings.low_noise_share,
        rollout_share=settings.rollout_share,
        autocast=autocast,
    )
    task = ColorizerTask(name, model, encoding_codec(settings), data, ClipSet(settings.data, "validation"), options)
    if settings.compiled:
        task.compile()
    Loop(task, loop_options(settings, plan, steps, muon=True)).run()


def _rebase(settings: Settings, name: str) -> None:
    """Gives a video run the image run's newest weights: the two train different parameters and may take turns."""
    image = settings.best(run_name("image", settings.config))
    if image is None:
        return
    newest = load_state(image)["average"]
    state = load_state(settings.state(name))
    for part in ("module", "average"):
        state[part] |= {key: value for key, value in newest.items() if not is_temporal(key)}
    save_state(settings.state(name), state)


def _start(settings: Settings, model: Colorizer, data: FrameStore, video: bool) -> None:
    """Initial weights: of the exported file `--start`, of the image run, or from sketches."""
    if settings.start is not None:
        stored = load_colorizer(settings.start, torch.device("cpu")).model
        if replace(stored.config, codec=None) != replace(model.config, codec=None):
            raise TrainingError(f"{settings.start}: its network has other sizes; give its configuration with --config")
        model.load_state_dict(stored.state_dict())
        return
    if not video:
        clips = data.clips
        _, hints = data.frames(clips.starts[: min(START_SKETCHES, len(clips))])
        initialise(model, hints.cpu().expand(-1, 3, -1, -1))
        return
    path = settings.best(run_name("image", settings.config))
    if path is None:
        raise TrainingError(f"{settings.state('image')}: missing; run the image stage first")
    model.load_state_dict(load_state(path)["average"])


def without_reference_attention(settings: Settings) -> Settings:
    """The settings of the ablation: same seeds, same batches."""
    return replace(settings, config=replace(settings.config, reference_attention=False))


def export(settings: Settings, output: Path | None) -> Path:
    """Stage `export`: the newest averaged weights, of the video run where there is one."""
    names = [run_name(stage, settings.config) for stage in ("video", "image")]
    path = next((state for state in map(settings.best, names) if state is not None), None)
    if path is None:
        raise TrainingError(f"{settings.state(names[1])}: missing; run the image stage first")
    state = load_state(path)
    model = Colorizer(settings.config)
    model.load_state_dict(state["average"])
    codec_path = settings.best("codec")
    origin = {
        "run": path.stem,
        "step": state["step"],
        "frames": state["rows"][-1]["frames"] if state["rows"] else 0,
        "core_seconds": round(state["core_seconds"]),
        "seed": settings.seed,
        "codec_step": load_state(codec_path)["step"] if codec_path else 0,
        "data": data_hash(settings.data),
    }
    name = "lvcd-mini" if settings.config.reference_attention else "lvcd-mini-no-reference-attention"
    target = output or settings.root / "weights" / f"{name}.safetensors"
    export_colorizer(target, model, trained_codec(settings), origin)
    return target


def data_hash(folder: Path) -> str:
    """The hash of the data's manifest, or empty before the data stage has finished."""
    path = folder / "manifest.json"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
