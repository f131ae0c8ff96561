"""Makes Tests/Golden/tensors/operations.safetensors: inputs and results of PyTorch operations on odd random shapes.

Run from anywhere: python3 make_tensor_goldens.py. Needs torch and safetensors; the tests do not. Names are
"operation.case.role"; the role "parameters" holds the integers or numbers of the call, in the order given here.
Results are computed in float64 from float32 inputs and rounded once.
"""
import os

import safetensors.torch
import torch
import torch.nn.functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensors")
TORCH = torch.Generator().manual_seed(20240917)
FILE = {}


def randn(*shape):
    return torch.randn(*shape, generator=TORCH)


def add(operation, result, parameters=(), **inputs):
    index = 0
    while f"{operation}.{index}.out" in FILE:
        index += 1
    entries = {"out": result, "parameters": torch.tensor(list(parameters)), **inputs}
    for role, value in entries.items():
        FILE[f"{operation}.{index}.{role}"] = value.detach().float().contiguous().clone()


def convolutions():
    for n, i, o, hw, k, s, p, d, g in [
        (2, 3, 5, (7, 9), (3, 3), (1, 1), (1, 1), (1, 1), 1),
        (1, 4, 6, (11, 8), (3, 3), (2, 2), (1, 1), (1, 1), 2),
        (3, 6, 6, (9, 13), (1, 1), (1, 1), (0, 0), (1, 1), 1),
        (1, 5, 5, (12, 10), (3, 5), (1, 2), (2, 4), (2, 2), 5),
        (2, 3, 4, (17, 15), (7, 7), (3, 2), (3, 3), (1, 1), 1),
        (1, 3, 8, (5, 6), (1, 1), (2, 2), (0, 0), (1, 1), 1),
        (1, 40, 33, (19, 23), (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ]:
        x, w, b = randn(n, i, *hw), randn(o, i // g, *k), randn(o)
        y = F.conv2d(x.double(), w.double(), b.double(), s, p, d, g)
        add("conv2d", y, [*s, *p, *d, g], input=x, weight=w, bias=b)
    for n, i, o, thw, k, s, p, d, g in [
        (1, 4, 3, (5, 6, 7), (3, 1, 1), (1, 1, 1), (1, 0, 0), (1, 1, 1), 1),
        (2, 3, 4, (6, 9, 8), (3, 3, 3), (1, 2, 2), (1, 1, 1), (1, 1, 1), 1),
        (1, 4, 6, (7, 8, 9), (2, 3, 1), (2, 1, 2), (0, 2, 0), (1, 2, 1), 2),
        (1, 3, 5, (9, 11, 10), (7, 7, 7), (2, 2, 2), (3, 3, 3), (1, 1, 1), 1),
    ]:
        x, w, b = randn(n, i, *thw), randn(o, i // g, *k), randn(o)
        y = F.conv3d(x.double(), w.double(), b.double(), s, p, d, g)
        add("conv3d", y, [*s, *p, *d, g], input=x, weight=w, bias=b)
    for n, i, o, hw, k, s, p, op, d, g in [
        (2, 3, 4, (5, 7), (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
        (1, 4, 6, (6, 5), (4, 4), (2, 2), (1, 1), (0, 0), (1, 1), 2),
        (1, 5, 3, (4, 6), (2, 3), (1, 3), (0, 2), (0, 2), (2, 1), 1),
    ]:
        x, w, b = randn(n, i, *hw), randn(i, o // g, *k), randn(o)
        y = F.conv_transpose2d(x.double(), w.double(), b.double(), s, p, op, g, d)
        add("transposed", y, [*s, *p, *op, *d, g], input=x, weight=w, bias=b)


def pooling():
    for hw, k, s, p, ceil in [
        ((7, 9), (3, 3), (2, 2), (0, 0), 0),
        ((7, 10), (3, 2), (2, 3), (1, 1), 1),
        ((8, 8), (2, 2), (2, 2), (0, 0), 1),
        ((9, 11), (3, 3), (2, 2), (0, 0), 1),
    ]:
        x = randn(2, 3, *hw)
        add("maxpool", F.max_pool2d(x.double(), k, s, p, 1, bool(ceil)), [*k, *s, *p, ceil], input=x)
        for include in (0, 1):
            y = F.avg_pool2d(x.double(), k, s, p, bool(ceil), bool(include))
            add("avgpool", y, [*k, *s, *p, ceil, include], input=x)
    for thw, k, s, p in [((5, 7, 8), (3, 3, 2), (2, 1, 2), (1, 1, 0)), ((4, 6, 6), (2, 2, 2), (2, 2, 2), (0, 0, 0))]:
        x = randn(1, 2, *thw)
        add("maxpool3d", F.max_pool3d(x.double(), k, s, p), [*k, *s, *p], input=x)
        add("avgpool3d", F.avg_pool3d(x.double(), k, s, p, False, False), [*k, *s, *p], input=x)
    for name, mode in (("reflect", "reflect"), ("replicate", "replicate"), ("zero", "constant")):
        x = randn(2, 3, 5, 7)
        add("pad_" + name, F.pad(x, (3, 2, 1, 4), mode=mode), [1, 4, 3, 2], input=x)


def norms():
    for shape, groups, eps in [((2, 6, 5, 7), 3, 1e-5), ((1, 8, 3, 4, 5), 2, 1e-6), ((3, 4, 9), 4, 1e-5)]:
        x, w, b = randn(*shape) * 3 + 40, randn(shape[1]), randn(shape[1])
        y = F.group_norm(x.double(), groups, w.double(), b.double(), eps)
        add("groupnorm", y, [groups, eps], input=x, weight=w, bias=b)
        add("groupnorm_silu", F.silu(y), [groups, eps], input=x, weight=w, bias=b)
        add("instancenorm", F.instance_norm(x.double(), eps=eps), [eps], input=x)
    x, w, b = randn(5, 3, 37) - 9, randn(37), randn(37)
    add("layernorm", F.layer_norm(x.double(), (37,), w.double(), b.double()), [1e-5], input=x, weight=w, bias=b)
    x, w, b, mean, var = randn(2, 5, 4, 3), randn(5), randn(5), randn(5), randn(5).abs() + 0.1
    y = F.batch_norm(x.double(), mean.double(), var.double(), w.double(), b.double(), False, 0, 1e-3)
    add("batchnorm", y, [1e-3], input=x, weight=w, bias=b, mean=mean, variance=var)


def elementwise():
    x = torch.cat([randn(1001) * 4, torch.tensor([0.0, -0.0, 30, -30, 90, -90, 1e-4, -1e-4, 1e-20])])
    d = x.double()
    for name, y in [
        ("sigmoid", torch.sigmoid(d)), ("silu", F.silu(d)), ("tanh", torch.tanh(d)), ("gelu", F.gelu(d)),
        ("quickgelu", d * torch.sigmoid(1.702 * d)), ("relu", F.relu(d)), ("leakyrelu", F.leaky_relu(d, 0.2)),
    ]:
        add(name, y, [0.2], input=x)
    x, slopes = randn(2, 3, 5, 4), randn(3)
    add("prelu", F.prelu(x.double(), slopes.double()), input=x, slopes=slopes)
    x = randn(3, 5, 37) * 6
    for axis in (0, 1, 2):
        add("softmax", torch.softmax(x.double(), axis), [axis], input=x)
        add("mean", x.double().mean(axis), [axis], input=x)
    for a, b in [((3, 5), (5,)), ((2, 3, 4), (3, 1)), ((2, 1, 4), (3, 1)), ((4, 3, 2), (4, 3, 2))]:
        a, b = randn(*a), randn(*b)
        add("add", a.double() + b.double(), a=a, b=b)
        add("subtract", a.double() - b.double(), a=a, b=b)
        add("multiply", a.double() * b.double(), a=a, b=b)
    for a, b in [((5, 7), (7, 3)), ((4, 3, 9), (4, 9, 5)), ((1, 1), (1, 1)), ((67, 131), (131, 150))]:
        a, b = randn(*a), randn(*b)
        add("matmul", a.double() @ b.double(), a=a, b=b)
    x, w, b = randn(3, 5, 19), randn(23, 19), randn(23)
    add("linear", F.linear(x.double(), w.double(), b.double()), input=x, weight=w, bias=b)


def attention():
    for batch, queries, heads, width, segments in [
        (2, 13, 3, 5, [(17, 0.0)]), (1, 150, 2, 8, [(600, 0.0), (77, 2.3)]), (40, 14, 2, 16, [(14, 0.0)]),
        (3, 7, 1, 64, [(5, -1.5), (1, 0.0), (13, 0.7)]),
    ]:
        keys = sum(count for count, _ in segments)
        q, k, v = (randn(batch, n, heads * width) for n in (queries, keys, keys))
        bias = torch.cat([torch.full((count,), float(value)) for count, value in segments])
        split = lambda t: t.double().reshape(batch, -1, heads, width).transpose(1, 2)
        mask = bias.double().expand(queries, keys)
        y = F.scaled_dot_product_attention(split(q), split(k), split(v), attn_mask=mask)
        parameters = [heads] + [number for segment in segments for number in segment]
        add("attention", y.transpose(1, 2).reshape(batch, queries, -1), parameters, query=q, key=k, value=v)


def resampling():
    x = randn(2, 3, 11, 14)
    for mode in ("bilinear", "bicubic"):
        for size in ((7, 9), (23, 30), (11, 5), (1, 1)):
            for corners in (0, 1):
                y = F.interpolate(x.double(), size, mode=mode, align_corners=bool(corners))
                add("resize_" + mode, y, [*size, corners, 0], input=x)
            y = F.interpolate(x.double(), size, mode=mode, align_corners=False, antialias=True)
            add("resize_" + mode, y, [*size, 0, 1], input=x)
    for size in ((22, 28), (7, 9), (25, 5)):
        add("resize_nearest", F.interpolate(x, size, mode="nearest"), [*size, 0, 0], input=x)
    grid = torch.rand(2, 6, 5, 2, generator=TORCH) * 2.6 - 1.3
    for padding in ("zeros", "border"):
        for corners in (0, 1):
            y = F.grid_sample(x.double(), grid.double(), "bilinear", padding, bool(corners))
            add("gridsample", y, [padding == "border", corners], input=x, grid=grid)


for family in (convolutions, pooling, norms, elementwise, attention, resampling):
    family()
os.makedirs(FOLDER, exist_ok=True)
safetensors.torch.save_file(FILE, os.path.join(FOLDER, "operations.safetensors"))
