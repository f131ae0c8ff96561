"""Makes Tests/Golden/checkpoints: small weight files written by the real PyTorch, NumPy, safetensors and h5py.

Run from anywhere: python3 make_checkpoint_goldens.py. Needs torch, numpy, safetensors and h5py; the tests do not.
Every file holds the same values under each name, also listed in `expected.safetensors` as float32 (or int64), which the
safetensors package writes. `noise.safetensors` holds torch.manual_seed(seed); torch.randn(size) draws.
"""
import collections
import os
import pickle

import h5py
import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checkpoints")


def path(name):
    return os.path.join(FOLDER, name)


def tensors():
    generator = torch.Generator().manual_seed(7)
    base = torch.randn(3, 4, 5, generator=generator)
    return collections.OrderedDict(
        [
            ("layer.weight", base),
            ("layer.transposed", base.permute(2, 0, 1)),
            ("layer.part", base[1:, ::2, 1]),
            ("layer.half", base[0].half()),
            ("layer.bfloat", base[1].bfloat16()),
            ("layer.double", base[2].double() / 3),
            ("layer.expanded", base[0, 0].expand(2, 5)),
            ("counts.long", torch.tensor([1, -2, 1 << 40])),
            ("counts.int", torch.tensor([[3, -4]], dtype=torch.int32)),
            ("counts.short", torch.tensor([5, -6], dtype=torch.int16)),
            ("counts.char", torch.tensor([7, -8], dtype=torch.int8)),
            ("counts.byte", torch.tensor([9, 250], dtype=torch.uint8)),
            ("counts.bool", torch.tensor([True, False, True])),
            ("scalar", torch.tensor(2.5)),
            ("empty", torch.zeros(0, 3)),
        ]
    )


def expected(state):
    result = {}
    for name, tensor in state.items():
        plain = tensor.contiguous()
        result[name] = plain.float() if plain.is_floating_point() else plain.long()
    return result


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 3)
        self.norm = torch.nn.BatchNorm2d(3)


def make_torch(state):
    torch.save(state, path("state.pth"))
    torch.save(state, path("state_stream.pth"), _use_new_zipfile_serialization=False)
    torch.manual_seed(11)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    net.conv(torch.randn(1, 2, 5, 5)).sum().backward()
    optimizer.step()
    lightning = {
        "epoch": 3,
        "global_step": 1 << 40,
        "pytorch-lightning_version": "2.0.0",
        "state_dict": net.state_dict(),
        "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [],
        "loss": 0.25,
    }
    torch.save(lightning, path("lightning.ckpt"))
    torch.save({n: p for n, p in net.named_parameters()}, path("parameters.pth"))
    safetensors.torch.save_file(
        {n: t.clone() for n, t in net.state_dict().items()}, path("lightning_expected.safetensors")
    )


def make_numpy(state):
    arrays = {}
    for name, tensor in state.items():
        if tensor.dtype != torch.bfloat16:
            arrays[name] = tensor.contiguous().numpy()
    arrays["layer.fortran"] = np.asfortranarray(state["layer.weight"].numpy())
    np.savez(path("stored.npz"), **arrays)
    np.savez_compressed(path("deflated.npz"), **arrays)
    np.save(path("weight.npy"), arrays["layer.fortran"])
    nested = {"layer": {}, "counts": {}}
    for name, array in arrays.items():
        target = nested
        *groups, last = name.split(".")
        for group in groups:
            target = target[group]
        target[last] = array
    for protocol in (3, 4, 5):
        with open(path(f"arrays_protocol{protocol}.ckpt"), "wb") as file:
            pickle.dump(nested, file, protocol=protocol)


def make_hdf5(state):
    with h5py.File(path("weights.h5"), "w") as file:
        for name, tensor in state.items():
            if tensor.dtype in (torch.bfloat16, torch.bool):
                continue
            options = {"compression": "gzip", "shuffle": True} if name == "layer.weight" else {}
            file.create_dataset(name.replace(".", "/"), data=tensor.contiguous().numpy(), **options)
        file["text"] = "not a weight"
        file.attrs["backend"] = "none"


def make_noise():
    draws = {}
    for seed in (0, 42, 20240607, (1 << 32) + 5):
        torch.manual_seed(seed)
        for step, size in enumerate((1, 16, 3, 17, 40, 2, 31, 256, 15, 1000)):
            draws[f"{seed}.{step}"] = torch.randn(size)
        draws[f"{seed}.uniform"] = torch.rand(9)
    metadata = {"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}
    safetensors.torch.save_file(draws, path("noise.safetensors"), metadata=metadata)


def make_halves():
    rng = np.random.default_rng(3)
    bits = rng.integers(0, 1 << 32, 1500, dtype=np.uint64).astype(np.uint32)
    floats = bits.view(np.float32)
    near = np.float32(2.0) ** rng.integers(-27, 17, 1500) * rng.uniform(1, 2, 1500).astype(np.float32)
    edges = np.array([0, -0.0, 65504, 65519.996, 65520, 6e-8, 2.9802322e-08, 2.980233e-08, 6.1035156e-05], np.float32)
    values = torch.from_numpy(np.concatenate([floats[np.isfinite(floats)], near.astype(np.float32), edges]))
    safetensors.torch.save_file(
        {"float": values, "half": values.half(), "bfloat": values.bfloat16()}, path("halves.safetensors")
    )


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    state = tensors()
    result = expected(state)
    result["layer.fortran"] = state["layer.weight"].clone()
    safetensors.torch.save_file(result, path("expected.safetensors"))
    plain = {name: tensor.contiguous().clone() for name, tensor in state.items()}
    safetensors.torch.save_file(plain, path("state.safetensors"), metadata={"note": 'a "quoted" é\n'})
    make_torch(state)
    make_numpy(state)
    make_hdf5(state)
    make_noise()
    make_halves()
