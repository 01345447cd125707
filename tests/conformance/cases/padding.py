"""PAD, PADV2 and MIRROR_PAD."""

from __future__ import annotations

from functools import partial

import numpy as np

from case import Draw, Generator, Sketch


def pairs(draw: Draw, rank: int) -> np.ndarray:
    """So much before and after on each axis, often nothing."""
    return np.array([[draw.choice([0, 0, 1, 2, 3]) for _ in range(2)] for _ in range(rank)])


def pad(sketch: Sketch, name: str) -> None:
    """PAD with zeros, PADV2 with a constant."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    paddings = pairs(draw, len(shape))
    quantization = draw.quantization(dtype)
    inputs = [sketch.input(shape, dtype, **quantization), sketch.integers(paddings)]
    if name == "PADV2":
        inputs.append(sketch.random_constant(draw.choice([(), (1,)]), dtype, **quantization))
    y = sketch.output(shape + paddings.sum(axis=1), dtype, **quantization)
    sketch.operator(name, inputs, [y])


def mirror_pad(sketch: Sketch) -> None:
    """Both ways to mirror, up to all that there is to mirror."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    mode = draw.choice(["REFLECT", "SYMMETRIC"])
    edge = 1 if mode == "REFLECT" else 0
    paddings = np.array([[draw.integer(0, min(size - edge, 3)) for _ in range(2)] for size in shape])
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    y = sketch.output(shape + paddings.sum(axis=1), dtype, **quantization)
    sketch.operator("MIRROR_PAD", [x, sketch.integers(paddings)], [y], mode=mode)


GENERATORS: dict[str, dict[str, Generator]] = {
    **{
        name: {dtype: partial(pad, name=name) for dtype in ("int8", "int16", "float32", "int32")}
        for name in ("PAD", "PADV2")
    },
    "MIRROR_PAD": {dtype: mirror_pad for dtype in ("int8", "int16", "float32")},
}
