"""Command line: `python -m lvcd_training STAGE`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from pathlib import Path

import torch

from .config import ModelConfig
from .data.packs import ClipSet
from .data.prepare import KINDS, prepare, write_manifest
from .errors import TrainingError
from .evaluation.gates import GateOptions, Gates, format_report
from .evaluation.sampler import Scheme
from .export import load_colorizer
from .flow.evaluation import flow_report, load_flow
from .golden import model_golden
from .training.stages import (
    Settings,
    export,
    export_flow,
    steps_of,
    train_codec,
    train_colorizer,
    train_flow,
    without_reference_attention,
)

STAGES = [
    *("data", "codec", "image", "video", "raft"),
    *("export", "export-raft", "evaluate", "evaluate-raft", "golden", "steps"),
]
REPOSITORY = Path(__file__).resolve().parents[2]


def parser() -> argparse.ArgumentParser:
    """All options; every stage takes those that concern it."""
    result = argparse.ArgumentParser(prog="lvcd_training", description=__doc__)
    result.add_argument("stage", choices=STAGES)
    add = result.add_argument
    add("--root", type=Path, default=REPOSITORY / ".training", help="folder of data, states and curves")
    add("--config", type=Path, help="JSON of configuration fields that differ from the defaults")
    add("--ablation", action="store_true", help="without Reference Attention")
    add("--seed", type=int, default=1)
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, default=1, help="CPU threads of PyTorch")
    add("--workers", type=int, default=1, help="threads that decode frames")
    add("--resident", action="store_true", help="keep all decoded frames in the device's memory")
    add("--compile", action="store_true", help="compile the networks")
    add("--steps", type=int, default=10_000_000, help="last step of the run")
    add("--minutes", type=float, default=math.inf, help="stop this sitting after so long")
    add("--clips", type=int, help="clips (codec: frames) per step")
    add("--rate", type=float, help="learning rate")
    add("--average", type=float, default=0.999, help="decay of the moving average of the weights")
    add(
        "--finish",
        type=int,
        metavar="STEPS",
        help="bring a copy of the run to an end: rate to zero over so many steps",
    )
    add("--save-minutes", type=float, default=5)
    add("--validate-every", type=int, default=500)
    add("--start", type=Path, help="codec, image, video: begin a run with the weights of an exported file")
    add("--branch", type=Path, help="image, video: begin a run with a copy of another run's state")
    add("--noise-mean", type=float, default=1.0, help="mean of the noise levels' logarithms")
    add("--low-noise-share", type=float, default=0.0, help="share of noise levels drawn around 0.5 instead")
    add("--rollout-share", type=float, default=0.0, help="share of steps that start from the model's own estimate")
    add("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), help="data: which sets")
    add("--program", type=Path, default=REPOSITORY / ".build/release/lvcd-bench", help="data: the generator")
    add("--size", type=int, default=128, help="data: side of the frames")
    add("--output", type=Path, help="export, golden: the file; evaluate: folder of reports")
    add("--weights", type=Path, help="evaluate: an exported file; where absent the runs are exported first")
    add("--sets", nargs="+", choices=["similar", "general"], default=["similar"], help="evaluate: which sets")
    add("--eval-clips", type=int, default=24, help="evaluate: clips of each set")
    add("--eval-frames", type=int, default=35, help="evaluate: frames of each clip, the reference included")
    add("--sampling-steps", type=int, default=25, help="evaluate: denoising steps")
    add(
        "--scheme",
        choices=[scheme.value for scheme in Scheme],
        default="full",
        help="evaluate: how segments are joined",
    )
    add("--batch", type=int, default=1, help="evaluate: clips at a time")
    add("--run", default="image", help="steps: the run whose steps so far are printed")
    add("--jobs", type=int, default=1, help="data: generator threads")
    return result


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Settings of a training stage."""
    values = {} if arguments.config is None else json.loads(arguments.config.read_text())
    base = json.loads(ModelConfig().to_json())
    for key in ("codec", "clip"):
        values[key] = base[key] | values.get(key, {})
    config = ModelConfig.from_json(json.dumps(base | values))
    settings = Settings(
        root=arguments.root,
        config=config,
        device=torch.device(arguments.device),
        compiled=arguments.compile,
        **{
            field.name: getattr(arguments, field.name)
            for field in dataclasses.fields(Settings)
            if field.name not in ("root", "config", "device", "compiled")
        },
    )
    return without_reference_attention(settings) if arguments.ablation else settings


def make_data(arguments: argparse.Namespace) -> None:
    """Stage `data`."""
    folder = arguments.root / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.kinds:
        prepare(folder, arguments.program, KINDS[name], arguments.size, arguments.jobs)
    print(f"data {write_manifest(folder)}")


def evaluate(arguments: argparse.Namespace) -> None:
    """Stage `evaluate`: scores every set, prints the gates."""
    settings = settings_from(arguments)
    weights = load_colorizer(arguments.weights or export(settings, None), settings.device)
    options = GateOptions(
        clips=arguments.eval_clips,
        frames=arguments.eval_frames,
        steps=arguments.sampling_steps,
        batch=arguments.batch,
        sheet_clips=6,
        scheme=Scheme(arguments.scheme),
    )
    folder = arguments.output or arguments.root / "evaluation"
    for name in arguments.sets:
        gates = Gates(weights.model, weights.codec, ClipSet(settings.data, name), settings.device, options)
        print(format_report(name, gates.run(folder, name)))


def make_golden(arguments: argparse.Namespace) -> None:
    """Stage `golden`: what the program must compute from an exported file."""
    if arguments.weights is None or arguments.output is None:
        raise TrainingError("golden: name the exported file with --weights and the file to write with --output")
    settings = settings_from(arguments)
    weights = load_colorizer(arguments.weights, torch.device("cpu"))
    model_golden(arguments.output, weights, ClipSet(settings.data, "validation"))


def evaluate_flow(arguments: argparse.Namespace) -> None:
    """Stage `evaluate-raft`: end-point errors beside those of OpenCV's methods."""
    settings = settings_from(arguments)
    model = load_flow(arguments.weights or export_flow(settings, None), settings.device)
    folder = arguments.output or arguments.root / "evaluation"
    for name in ("similar", "general"):
        clips = ClipSet(settings.data, f"flow{name}")
        print(flow_report(model, clips, settings.device, arguments.eval_clips, folder / f"flow-{name}.json"))


def main() -> int:
    """Runs a stage; 1 with one line on the error stream where it fails."""
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    try:
        match arguments.stage:
            case "steps":
                print(steps_of(settings_from(arguments), arguments.run))
            case "data":
                make_data(arguments)
            case "codec":
                train_codec(settings_from(arguments))
            case "image" | "video":
                train_colorizer(settings_from(arguments), arguments.stage == "video")
            case "raft":
                train_flow(settings_from(arguments))
            case "export-raft":
                export_flow(settings_from(arguments), arguments.output)
            case "evaluate-raft":
                evaluate_flow(arguments)
            case "export":
                export(settings_from(arguments), arguments.output)
            case "evaluate":
                evaluate(arguments)
            case "golden":
                make_golden(arguments)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
