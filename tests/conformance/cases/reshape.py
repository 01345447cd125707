"""RESHAPE, SQUEEZE, EXPAND_DIMS and TRANSPOSE: the same elements in another shape or order."""

from __future__ import annotations

import numpy as np

from case import Draw, Generator, Sketch

EVERY_TYPE = ("int8", "int16", "float32", "int32", "int64", "uint8", "bool")


def factors(draw: Draw, count: int) -> list[int]:
    """A shape of one to four dimensions with so many elements."""
    sizes = []
    for _ in range(draw.integer(0, 3)):
        size = draw.choice([size for size in range(1, count + 1) if count % size == 0])
        sizes.append(size)
        count //= size
    return [*sizes, count]


def reshape(sketch: Sketch) -> None:
    """The new shape as a constant with or without a -1, or only among the options."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    target = factors(draw, int(np.prod(shape)))
    written = list(target)
    if draw.chance(40):
        written[draw.integer(0, len(written) - 1)] = -1
    quantization = draw.quantization(dtype)
    inputs = [sketch.input(shape, dtype, **quantization)]
    if draw.chance(80):
        inputs.append(sketch.integers(written))
    y = sketch.output(target, dtype, **quantization)
    sketch.operator("RESHAPE", inputs, [y], new_shape=np.asarray(written, np.int32))


def squeeze(sketch: Sketch) -> None:
    """Chosen dimensions of 1, or all of them."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = [draw.choice([1, 1, 2, 3, 5]) for _ in range(draw.integer(2, 5))]
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    chosen = [axis for axis in ones if draw.chance(60)]
    gone = chosen or ones
    written = [axis - len(shape) if draw.chance(25) else axis for axis in chosen]
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    y = sketch.output([size for axis, size in enumerate(shape) if axis not in gone], dtype, **quantization)
    sketch.operator("SQUEEZE", [x], [y], squeeze_dims=np.asarray(written, np.int32))


def expand_dims(sketch: Sketch) -> None:
    """A dimension of 1 anywhere."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = list(draw.shape(1, 4))
    axis = draw.integer(-len(shape) - 1, len(shape))
    place = axis if axis >= 0 else axis + len(shape) + 1
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    y = sketch.output([*shape[:place], 1, *shape[place:]], dtype, **quantization)
    sketch.operator("EXPAND_DIMS", [x, sketch.integers(draw.choice([axis, [axis]]))], [y])


def transpose(sketch: Sketch) -> None:
    """Any order of up to five axes."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 5, 5)
    order = draw.array_random().permutation(len(shape))
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    y = sketch.output([shape[axis] for axis in order], dtype, **quantization)
    sketch.operator("TRANSPOSE", [x, sketch.integers(order)], [y])


GENERATORS: dict[str, dict[str, Generator]] = {
    "RESHAPE": {dtype: reshape for dtype in EVERY_TYPE},
    "SQUEEZE": {dtype: squeeze for dtype in EVERY_TYPE},
    "EXPAND_DIMS": {dtype: expand_dims for dtype in ("int8", "int16", "float32")},
    "TRANSPOSE": {dtype: transpose for dtype in ("int8", "int16", "float32")},
}
