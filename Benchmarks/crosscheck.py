"""Compares lvcd-bench's FID, FVD and LPIPS with independent implementations on fresh random inputs.

Needs torch, torchvision, pytorch-fid, torch-fidelity, lpips, torchmetrics, pillow, safetensors, and the weights that
`lvcd-bench weights get i3d lpips-alex lpips-vgg` obtains. Run it from the repository root after
`swift build -c release --product lvcd-bench`:

    python Benchmarks/crosscheck.py [--program .build/release/lvcd-bench] [--seed 0] [--inception FILE]

FID's published weights can be given with --inception; without them both sides get the same random weights. A peer that
is not installed is left out by name. Prints the largest relative difference per metric; exits with 1 when one is too
large.
"""

import argparse
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

torch.set_num_threads(1)

I3D_SHA256 = "af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd"
LPIPS_SHA256 = {
    "alex": "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
    "vgg": "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
}


# Inputs


def clips(generator, count, frames, side):
    """Smooth random colour fields that drift, and copies of them with noise and a colour shift."""
    originals, outputs = [], []
    for _ in range(count):
        phase = generator.uniform(0, 6.28, (3, 4))
        rate = generator.uniform(0.5, 3, (3, 4))
        y, x = np.mgrid[0:side, 0:side] / side
        clip = []
        for index in range(frames):
            planes = [
                np.sin(rate[c, 0] * 6 * x + phase[c, 0] + 0.2 * index)
                + np.sin(rate[c, 1] * 6 * y + phase[c, 1]) * np.cos(rate[c, 2] * 9 * (x + y) + phase[c, 2])
                for c in range(3)
            ]
            clip.append(np.clip(128 + 60 * np.stack(planes, -1), 0, 255).astype(np.uint8))
        shift = generator.normal(0, 12, 3)
        noisy = [np.clip(f + shift + generator.normal(0, 8, f.shape), 0, 255).astype(np.uint8) for f in clip]
        originals.append(np.stack(clip))
        outputs.append(np.stack(noisy))
    return originals, outputs


def write_suite(folder, originals, outputs):
    entries = []
    for number, (clip, output) in enumerate(zip(originals, outputs)):
        for kind, frames in (("color", clip), ("out", output)):
            place = os.path.join(folder, kind, f"c{number}")
            os.makedirs(place)
            for index, frame in enumerate(frames):
                Image.fromarray(frame).save(os.path.join(place, f"{index:05d}.png"))
        entries.append(
            {"id": f"c{number}", "frames": f"color/c{number}/%05d.png", "first": 0, "count": len(clip), "reference": 0})
    suite = {"schema": "suite/1", "name": "random", "title": "Random", "root": ".", "fps": 24, "licence": "none",
             "clips": entries}
    path = os.path.join(folder, "random.suite.json")
    with open(path, "w") as file:
        json.dump(suite, file)
    return path


def score(program, suite, folder, metrics, options):
    command = [program, "score", "--suite", suite, "--outputs", os.path.join(folder, "out"), "--json", "--quiet",
               "--metrics", metrics, "--include-reference", "--allow-test-weights"]
    for option in options:
        command += ["--metric-option", option]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return document["summary"], document["clips"]


# Peers


def frechet(a, b, divisor_offset=1):
    """The distance through SciPy's general matrix root, in float64."""
    from scipy import linalg

    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    m1, m2 = a.mean(0), b.mean(0)
    s1 = np.atleast_2d(np.cov(a, rowvar=False, ddof=divisor_offset))
    s2 = np.atleast_2d(np.cov(b, rowvar=False, ddof=divisor_offset))
    root = linalg.sqrtm(s1 @ s2)
    root = root[0] if isinstance(root, tuple) else root
    return float(((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2) - 2 * np.trace(root).real)


def random_inception(generator):
    """Random weights under the official names that keep activations of ordinary size."""
    from pytorch_fid import inception

    with no_download(inception):
        network = inception.fid_inception_v3()
    state = network.state_dict()
    for name, value in state.items():
        if name.endswith("conv.weight") or name == "fc.weight":
            fan = value[0].numel()
            state[name] = torch.randn(value.shape, generator=generator) * (2 / fan) ** 0.5
        elif name.endswith("running_var"):
            state[name] = torch.rand(value.shape, generator=generator) + 0.5
        elif name.endswith(("bn.bias", "running_mean", "fc.bias")):
            state[name] = torch.randn(value.shape, generator=generator) * 0.1
        elif name.endswith("bn.weight"):
            state[name] = torch.rand(value.shape, generator=generator) * 0.4 + 0.8
    return state


class no_download:
    """The port fetches weights while it is built; it is given its own random ones instead."""

    def __init__(self, module):
        self.module = module

    def __enter__(self):
        self.saved = self.module.load_state_dict_from_url, torch.nn.Module.load_state_dict
        self.module.load_state_dict_from_url = lambda *_, **__: None
        load = self.saved[1]
        torch.nn.Module.load_state_dict = lambda net, state, *rest, **kw: state and load(net, state, *rest, **kw)

    def __exit__(self, *_):
        self.module.load_state_dict_from_url, torch.nn.Module.load_state_dict = self.saved


def pytorch_fid_features(state, frames):
    from pytorch_fid import inception

    with no_download(inception):
        network = inception.InceptionV3([3])
    full = inception.fid_inception_v3
    with no_download(inception):
        donor = full()
    donor.load_state_dict(state)
    names = [["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"], ["Conv2d_3b_1x1", "Conv2d_4a_3x3"],
             ["Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"],
             ["Mixed_7a", "Mixed_7b", "Mixed_7c"]]
    for block, parts in zip(network.blocks, names):
        for index, part in enumerate(parts):
            block[index] = getattr(donor, part)
    network.eval()
    rows = []
    with torch.no_grad():
        for frame in frames:
            x = torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255
            rows.append(network(x)[0].flatten().numpy())
    return np.stack(rows)


def torch_fidelity_features(path, frames):
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    network = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], feature_extractor_weights_path=path).eval()
    with torch.no_grad():
        return np.concatenate([network(torch.from_numpy(f).permute(2, 0, 1)[None])[0].numpy() for f in frames])


def packaged(program, name, digest):
    path = subprocess.run(
        [program, "weights", "path", name], check=True, capture_output=True, text=True).stdout.strip()
    with open(path, "rb") as file:
        data = file.read()
    assert hashlib.sha256(data).hexdigest() == digest, path
    return pickle.loads(data)  # these exact bytes are known to hold arrays only


def lpips_peer(net, tree):
    import lpips

    network = lpips.LPIPS(net=net, pnet_rand=True, verbose=False).eval()
    backbone = tree[{"alex": "AlexNet_0", "vgg": "VGG16_0"}[net]]
    slices = [m for part in ("slice1", "slice2", "slice3", "slice4", "slice5")
              for m in getattr(network.net, part) if isinstance(m, torch.nn.Conv2d)]
    for index, layer in enumerate(slices):
        source = backbone[f"Conv_{index}"]
        layer.weight.data = torch.from_numpy(np.array(source["kernel"])).permute(3, 2, 0, 1).contiguous()
        layer.bias.data = torch.from_numpy(np.array(source["bias"]))
    return network


def same_pad(x, kernel, stride, value=0.0):
    pads = []
    for size, k, s in zip(reversed(x.shape[2:]), reversed(kernel), reversed(stride)):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class TorchI3D:
    """The inflated Inception-v1 written out on PyTorch's functions, from the package's own tree of arrays."""

    def __init__(self, tree):
        self.weights, self.statistics = tree["params"], tree["batch_stats"]

    def unit(self, x, *path, stride=1):
        weights, statistics = self.weights, self.statistics
        for part in path:
            weights, statistics = weights[part], statistics[part]
        kernel = torch.from_numpy(np.array(weights["Conv_0"]["kernel"])).permute(4, 3, 0, 1, 2).contiguous()
        x = F.conv3d(same_pad(x, kernel.shape[2:], (stride,) * 3), kernel, stride=stride)
        mean = torch.from_numpy(np.array(statistics["BatchNorm_0"]["mean"]).reshape(1, -1, 1, 1, 1))
        variance = torch.from_numpy(np.array(statistics["BatchNorm_0"]["var"]).reshape(1, -1, 1, 1, 1))
        shift = torch.from_numpy(np.array(weights["BatchNorm_0"]["bias"]).reshape(1, -1, 1, 1, 1))
        return F.relu((x - mean) / torch.sqrt(variance + 1e-3) + shift)

    @staticmethod
    def pool(x, kernel, stride):
        return F.max_pool3d(same_pad(x, kernel, stride, -float("inf")), kernel, stride)

    def mixed(self, x, name):
        second = [k for k in self.weights[name] if k.startswith("Branch_2/")]
        b2 = sorted(second, key=lambda k: (np.array(self.weights[name][k]["Conv_0"]["kernel"]).shape[0], k))
        b1 = sorted(k for k in self.weights[name] if k.startswith("Branch_1/"))
        b3 = next(k for k in self.weights[name] if k.startswith("Branch_3/"))
        return torch.cat([
            self.unit(x, name, "Branch_0/Conv3d_0a_1x1"),
            self.unit(self.unit(x, name, b1[0]), name, b1[1]),
            self.unit(self.unit(x, name, b2[0]), name, b2[1]),
            self.unit(self.pool(x, (3, 3, 3), (1, 1, 1)), name, b3)], 1)

    def __call__(self, x):
        x = self.unit(x, "Conv3d_1a_7x7", stride=2)
        x = self.pool(x, (1, 3, 3), (1, 2, 2))
        x = self.unit(self.unit(x, "Conv3d_2b_1x1"), "Conv3d_2c_3x3")
        x = self.pool(x, (1, 3, 3), (1, 2, 2))
        x = self.mixed(self.mixed(x, "Mixed_3b"), "Mixed_3c")
        x = self.pool(x, (3, 3, 3), (2, 2, 2))
        for name in "bcdef":
            x = self.mixed(x, f"Mixed_4{name}")
        x = self.pool(x, (2, 2, 2), (2, 2, 2))
        x = self.mixed(self.mixed(x, "Mixed_5b"), "Mixed_5c")
        x = F.avg_pool3d(x, (2, 7, 7), 1)
        head = self.weights["Logits/Conv3d_0c_1x1"]["Conv_0"]
        kernel = torch.from_numpy(np.array(head["kernel"])).permute(4, 3, 0, 1, 2).contiguous()
        x = F.conv3d(x, kernel, torch.from_numpy(np.array(head["bias"])))
        return x.mean((2, 3, 4))


def i3d_logits(network, clip):
    x = torch.from_numpy(clip[:16]).permute(3, 0, 1, 2).float() / 255
    x = F.interpolate(x.permute(1, 0, 2, 3), size=(224, 224), mode="bilinear", align_corners=False)
    with torch.no_grad():
        return network((2 * x - 1).permute(1, 0, 2, 3)[None])[0].numpy()


# Comparison


class Findings:
    def __init__(self):
        self.rows, self.failed = [], False

    def add(self, metric, peer, ours, theirs, tolerance):
        ours, theirs = np.atleast_1d(ours).astype(float), np.atleast_1d(theirs).astype(float)
        difference = float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-12))
        self.failed |= not difference <= tolerance
        self.rows.append(f"| {metric} | {peer} | {theirs.max():.6g} | {difference:.2e} | {tolerance:.0e} |")

    def skip(self, metric, peer, error):
        self.rows.append(f"| {metric} | {peer} | left out: {type(error).__name__}: {str(error)[:80]} | | |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/lvcd-bench")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inception")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    generator = np.random.default_rng(arguments.seed)
    originals, outputs = clips(generator, count=3, frames=17, side=256)
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        suite = write_suite(folder, originals, outputs)
        check_fid(findings, program, suite, folder, originals, outputs, arguments)
        check_lpips(findings, program, suite, folder, originals, outputs)
        check_fvd(findings, program, suite, folder, originals, outputs)
    print("| metric | peer | value | largest relative difference | at most |\n|---|---|---|---|---|")
    print("\n".join(findings.rows))
    return 1 if findings.failed else 0


def check_fid(findings, program, suite, folder, originals, outputs, arguments):
    path = arguments.inception
    try:
        if path is None:
            path = os.path.join(folder, "inception.pth")
            torch.save(random_inception(torch.Generator().manual_seed(arguments.seed)), path)
        state = torch.load(path, weights_only=True)
    except ImportError as error:
        return findings.skip("FID", "pytorch-fid", error)
    frames = [f[::4] for f in originals], [f[::4] for f in outputs]
    place = os.path.join(folder, "short")
    os.makedirs(place)
    short = write_suite(place, *frames)
    first, second = np.concatenate(frames[0]), np.concatenate(frames[1])
    base = ["fid.extractor=inception", f"fid.weights={path}"]
    ours, _ = score(program, short, place, "fid", base)
    rows = pytorch_fid_features(state, first), pytorch_fid_features(state, second)
    findings.add("FID", "pytorch-fid features, SciPy", ours["fid"]["value"], frechet(*rows), 1e-4)
    try:
        ours, _ = score(program, short, place, "fid", base + ["fid.flavour=torch-fidelity"])
        rows = torch_fidelity_features(path, first), torch_fidelity_features(path, second)
        findings.add("FID[torch-fidelity]", "torch-fidelity features, SciPy", ours["fid"]["value"], frechet(*rows), 1e-4)
    except ImportError as error:
        findings.skip("FID[torch-fidelity]", "torch-fidelity", error)


def check_lpips(findings, program, suite, folder, originals, outputs):
    for net in ("alex", "vgg"):
        ours, documents = score(program, suite, folder, "lpips", [f"lpips.net={net}"])
        found = np.array([value for clip in documents for value in clip["metrics"]["lpips"]["frames"]])
        pairs = list(zip(np.concatenate(originals), np.concatenate(outputs)))
        chosen = range(len(pairs)) if net == "alex" else range(0, len(pairs), 6)
        tree = packaged(program, f"lpips-{net}", LPIPS_SHA256[net])
        inputs = [[torch.from_numpy(f).permute(2, 0, 1)[None].float() / 127.5 - 1 for f in pairs[i]] for i in chosen]
        try:
            network = lpips_peer(net, tree)
            with torch.no_grad():
                theirs = [float(network(b, a)) for a, b in inputs]
            findings.add(f"LPIPS {net}", "lpips", found[list(chosen)], theirs, 1e-4)
        except ImportError as error:
            findings.skip(f"LPIPS {net}", "lpips", error)
            continue
        try:
            from torchmetrics.functional.image.lpips import _lpips_update  # noqa: F401
            from torchmetrics.functional.image import lpips as functional

            peer = functional._LPIPS(pretrained=True, net=net, pnet_rand=True, use_dropout=True).eval()
            ours_convolutions = [m for m in network.net.modules() if isinstance(m, torch.nn.Conv2d)]
            theirs_convolutions = [m for m in peer.net.modules() if isinstance(m, torch.nn.Conv2d)]
            for a, b in zip(theirs_convolutions, ours_convolutions):
                a.load_state_dict(b.state_dict())
            with torch.no_grad():
                theirs = [float(peer(b, a)) for a, b in inputs]
            findings.add(f"LPIPS {net}", "torchmetrics", found[list(chosen)], theirs, 1e-4)
        except (ImportError, AttributeError) as error:
            findings.skip(f"LPIPS {net}", "torchmetrics", error)


def check_fvd(findings, program, suite, folder, originals, outputs):
    ours, _ = score(program, suite, folder, "fvd", [])
    network = TorchI3D(packaged(program, "i3d", I3D_SHA256))
    rows = [np.stack([i3d_logits(network, clip) for clip in side]) for side in (originals, outputs)]
    findings.add("FVD", "PyTorch I3D, SciPy", ours["fvd"]["value"], frechet(*rows), 1e-4)


if __name__ == "__main__":
    sys.exit(main())
