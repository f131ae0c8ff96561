"""Writes weight files with the official model's tensor names and shapes and random values, in half precision.

    python Benchmarks/official_weights.py FOLDER [--keys Tests/Golden/lvcd-checkpoint-keys.tsv]

Makes FOLDER/svd.safetensors and FOLDER/lvcd.safetensors, 6.3 GB, and prints their paths. Needs NumPy. Values are drawn
so that activations stay near one through every layer: of variance 1 / inputs for kernels and matrices, one for the
factors of normalizations, near zero for biases.
"""

import argparse
import json
import math
import pathlib

import numpy

BASE = 320
BLOCK = 1 << 22


def keys(path):
    """Name, shape and files of every tensor that inference uses."""
    for line in pathlib.Path(path).read_text().splitlines()[1:]:
        name, shape, files, use = line.split("\t")[:4]
        sizes = [] if shape == "scalar" else [int(side) for side in shape.split("x")]
        if use == "used":
            yield name, sizes, files


def narrowed(name, sizes, channels):
    """The shape in a UNet whose first level has `channels` channels."""
    if not name.startswith(("model.", "control_model.")):
        return sizes
    return [side * channels // BASE if side % BASE == 0 else side for side in sizes]


def values(name, sizes, generator):
    """Blocks of half-precision values in the order of the file."""
    count = math.prod(sizes)
    if len(sizes) >= 2 and "embedding" not in name:
        # Uniform values of the wanted variance are several times cheaper to draw than normal ones.
        inputs = count // sizes[0]
        low, high = (-math.sqrt(3 / inputs), math.sqrt(3 / inputs))
    elif name.endswith("weight"):
        low, high = 1.0, 1.0
    elif name.endswith("mix_factor"):
        low, high = -0.5, 0.5
    else:
        low, high = -0.02, 0.02
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        block = generator.random(size, dtype=numpy.float32)
        block *= high - low
        block += low
        yield block.astype("<f2")


def write(path, tensors, seed, metadata=None):
    """A safetensors file, one block of values in memory at a time."""
    header = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name, sizes in tensors:
        end = offset + 2 * math.prod(sizes)
        header[name] = {"dtype": "F16", "shape": sizes, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    generator = numpy.random.default_rng(seed)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, sizes in tensors:
            for block in values(name, sizes, generator):
                file.write(block.tobytes())


def make(folder, keys_file, channels=BASE, metadata=None, prefixes=("",)):
    """The two files of a model whose first level has `channels` channels."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [
        (name, narrowed(name, sizes, channels), files)
        for name, sizes, files in keys(keys_file)
        if name.startswith(tuple(prefixes))
    ]
    made = []
    for seed, label in enumerate(("svd", "lvcd")):
        tensors = [(name, sizes) for name, sizes, files in chosen if label in files]
        made.append(folder / f"{label}.safetensors")
        write(made[-1], tensors, seed, metadata)
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--keys", default="Tests/Golden/lvcd-checkpoint-keys.tsv")
    arguments = parser.parse_args()
    for path in make(arguments.folder, arguments.keys):
        print(path)
