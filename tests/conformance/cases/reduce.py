"""MEAN, SUM, REDUCE_MAX and ARG_MAX."""

from __future__ import annotations

from functools import partial

import numpy as np

from case import Draw, Generator, Sketch

def draw_axes(draw: Draw, rank: int) -> list[int]:
    """Axes in any order, negative ones too, now and then one of them twice."""
    if rank == 4 and draw.chance(30):
        return draw.choice([[1, 2], [2, 1]])
    axes = list(draw.array_random().permutation(rank)[: draw.integer(1, rank)])
    if len(axes) < rank and draw.chance(5):
        axes.append(axes[0])
    return [int(axis) - rank if draw.chance(25) else int(axis) for axis in axes]


def reduced(shape: tuple[int, ...], axes: list[int], keep: bool) -> tuple[int, ...]:
    """The output's shape."""
    gone = {axis % len(shape) for axis in axes}
    if keep:
        return tuple(1 if axis in gone else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in gone)


def reduction(sketch: Sketch, name: str) -> None:
    """Over some or all axes, kept or dropped."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4, 9)
    axes, keep = draw_axes(draw, len(shape)), draw.chance(50)
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    if quantization and name != "REDUCE_MAX" and draw.chance(70):
        terms = np.prod([shape[axis] for axis in set(axes)]) if name == "SUM" else 1
        quantization = draw.quantization(dtype, draw.near(quantization["scale"] * terms))
    y = sketch.output(reduced(shape, axes, keep), dtype, **quantization)
    sketch.operator(name, [x, sketch.integers(axes)], [y], keep_dims=keep)


def arg_max(sketch: Sketch, output_dtype: str) -> None:
    """Along any axis, which is dropped; the first of equals wins."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    axis = draw.integer(-len(shape), len(shape) - 1)
    x = sketch.input(shape, dtype, **draw.quantization(dtype))
    y = sketch.output(reduced(shape, [axis], keep=False), output_dtype)
    sketch.operator("ARG_MAX", [x, sketch.integers(axis)], [y], output_type=output_dtype.upper())


GENERATORS: dict[str, dict[str, Generator]] = {
    **{
        name: {dtype: partial(reduction, name=name) for dtype in ("int8", "int16", "float32")}
        for name in ("MEAN", "SUM", "REDUCE_MAX")
    },
    "ARG_MAX": {
        "int8": partial(arg_max, output_dtype="int32"),
        "float32": partial(arg_max, output_dtype="int32"),
        "int8-int64": partial(arg_max, output_dtype="int64"),
        "float32-int64": partial(arg_max, output_dtype="int64"),
    },
}
