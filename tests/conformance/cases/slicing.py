"""CONCATENATION, SPLIT, SPLIT_V, SLICE, STRIDED_SLICE, PACK and UNPACK."""

from __future__ import annotations

import numpy as np

from case import Draw, Generator, Sketch


def draw_axis(draw: Draw, rank: int) -> tuple[int, int]:
    """An axis as it is counted from 0 and as it is written, which may be negative."""
    axis = draw.integer(0, rank - 1)
    return axis, axis - rank if draw.chance(40) else axis


def resized(shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    return (*shape[:axis], size, *shape[axis + 1 :])


def concatenation(sketch: Sketch) -> None:
    """One to five operands, constants among them."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    axis, written = draw_axis(draw, len(shape))
    quantization = draw.quantization(dtype)
    sizes = [draw.integer(1, 5) for _ in range(draw.integer(1, 5))]
    inputs = [sketch.operand(resized(shape, axis, size), dtype, **quantization) for size in sizes]
    y = sketch.output(resized(shape, axis, sum(sizes)), dtype, **quantization)
    sketch.operator("CONCATENATION", inputs, [y], axis=written)


def split(sketch: Sketch) -> None:
    """Equal parts."""
    draw, dtype = sketch.draw, sketch.dtype
    part = draw.shape(1, 4, 4)
    axis, written = draw_axis(draw, len(part))
    count = draw.integer(1, 4)
    quantization = draw.quantization(dtype)
    x = sketch.input(resized(part, axis, part[axis] * count), dtype, **quantization)
    outputs = [sketch.output(part, dtype, **quantization) for _ in range(count)]
    sketch.operator("SPLIT", [sketch.integers(written), x], outputs, num_splits=count)


def split_v(sketch: Sketch) -> None:
    """Parts of given sizes, one of which may be written as -1."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4, 4)
    axis, written = draw_axis(draw, len(shape))
    sizes = [draw.integer(1, 4) for _ in range(draw.integer(1, 4))]
    written_sizes = list(sizes)
    if draw.chance(30):
        written_sizes[draw.integer(0, len(sizes) - 1)] = -1
    quantization = draw.quantization(dtype)
    x = sketch.input(resized(shape, axis, sum(sizes)), dtype, **quantization)
    outputs = [sketch.output(resized(shape, axis, size), dtype, **quantization) for size in sizes]
    inputs = [x, sketch.integers(written_sizes), sketch.integers(written)]
    sketch.operator("SPLIT_V", inputs, outputs, num_splits=len(sizes))


def slice_(sketch: Sketch) -> None:
    """A box, its size in places written as -1 for all the rest."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 5)
    begin = [draw.integer(0, size - 1) for size in shape]
    size = [draw.integer(1, full - start) for full, start in zip(shape, begin, strict=True)]
    written = list(size)
    for axis, full in enumerate(shape):
        if draw.chance(25):
            size[axis], written[axis] = full - begin[axis], -1
    index_type = draw.choice(["int32", "int32", "int64"])
    quantization = draw.quantization(dtype)
    inputs = [sketch.input(shape, dtype, **quantization)]
    inputs += [sketch.constant(np.array(numbers, index_type)) for numbers in (begin, written)]
    y = sketch.output(size, dtype, **quantization)
    sketch.operator("SLICE", inputs, [y])


def subscript(draw: Draw, size: int) -> tuple[int, int, int, int]:
    """Begin, end and stride along one axis, forwards or backwards, and how many elements that gives (at least 1)."""
    stride = draw.choice([1, 1, 1, 2, 3, -1, -2])
    begin, end = draw.integer(-size - 2, size + 2), draw.integer(-size - 2, size + 2)
    count = len(range(size)[begin:end:stride])
    if count == 0:
        begin, end = (0, size + 1) if stride > 0 else (size, -size - 1)
        count = len(range(size)[begin:end:stride])
    return begin, end, stride, count


def strided_slice(sketch: Sketch) -> None:
    """Begin, end and shrink masks, strides of both signs, bounds beyond the ends."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    begins, ends, strides, result = [], [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0}
    for axis, size in enumerate(shape):
        begin, end, stride, count = subscript(draw, size)
        kind = draw.choice(["plain", "plain", "begin", "end", "both", "shrink"])
        if kind == "shrink" and len(shape) > 1:
            begin, stride = draw.integer(-size, size - 1), 1
            end = begin + 1
            masks["shrink_axis_mask"] |= 1 << axis
            count = 0
        if kind in ("begin", "both"):
            masks["begin_mask"] |= 1 << axis
        if kind in ("end", "both"):
            masks["end_mask"] |= 1 << axis
        if kind in ("begin", "end", "both"):
            low = None if kind in ("begin", "both") else begin
            high = None if kind in ("end", "both") else end
            count = len(range(size)[low:high:stride])
        begins, ends, strides = [*begins, begin], [*ends, end], [*strides, stride]
        if not masks["shrink_axis_mask"] & 1 << axis:
            result.append(count)
    write_strided_slice(sketch, shape, [begins, ends, strides], result, masks)


def masked_slice(sketch: Sketch) -> None:
    """An ellipsis and new axes among the subscripts, which stand for no axis or for several."""
    draw = sketch.draw
    shape = draw.shape(2, 4)
    subscripts, result = [], []
    masks = {"begin_mask": 0, "end_mask": 0, "ellipsis_mask": 0, "new_axis_mask": 0, "shrink_axis_mask": 0}
    before = draw.integer(0, len(shape) - 1)
    after = draw.integer(0, len(shape) - 1 - before)
    for axis in range(before):
        append_subscript(draw, shape[axis], subscripts, result, masks)
    masks["ellipsis_mask"] |= 1 << len(subscripts)
    subscripts.append((0, 0, 1))
    result.extend(shape[before : len(shape) - after])
    for axis in range(len(shape) - after, len(shape)):
        append_subscript(draw, shape[axis], subscripts, result, masks)
    numbers = [list(column) for column in zip(*subscripts, strict=True)]
    write_strided_slice(sketch, shape, numbers, result, masks)


def append_subscript(
    draw: Draw, size: int, subscripts: list[tuple[int, int, int]], result: list[int], masks: dict[str, int]
) -> None:
    """One axis of a masked slice, perhaps with a new axis before it."""
    if draw.chance(25) and len(result) < 4:
        masks["new_axis_mask"] |= 1 << len(subscripts)
        subscripts.append((0, 1, 1))
        result.append(1)
    begin, end, stride, count = subscript(draw, size)
    if draw.chance(25):
        masks["shrink_axis_mask"] |= 1 << len(subscripts)
        begin = draw.integer(0, size - 1)
        subscripts.append((begin, begin + 1, 1))
        return
    subscripts.append((begin, end, stride))
    result.append(count)


def write_strided_slice(
    sketch: Sketch, shape: tuple[int, ...], numbers: list[list[int]], result: list[int], masks: dict[str, int]
) -> None:
    """Adds the tensors and the operator."""
    quantization = sketch.draw.quantization(sketch.dtype)
    inputs = [sketch.input(shape, sketch.dtype, **quantization)]
    inputs += [sketch.integers(column) for column in numbers]
    y = sketch.output(result, sketch.dtype, **quantization)
    sketch.operator("STRIDED_SLICE", inputs, [y], **masks)


def pack(sketch: Sketch) -> None:
    """One to four tensors along a new axis."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 3)
    axis, written = draw_axis(draw, len(shape) + 1)
    count = draw.integer(1, 4)
    quantization = draw.quantization(dtype)
    inputs = [sketch.operand(shape, dtype, **quantization) for _ in range(count)]
    y = sketch.output((*shape[:axis], count, *shape[axis:]), dtype, **quantization)
    sketch.operator("PACK", inputs, [y], axis=written, values_count=count)


def unpack(sketch: Sketch) -> None:
    """All slices along an axis, each an output."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(2, 4, 4)
    axis, written = draw_axis(draw, len(shape))
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    part = (*shape[:axis], *shape[axis + 1 :])
    outputs = [sketch.output(part, dtype, **quantization) for _ in range(shape[axis])]
    sketch.operator("UNPACK", [x], outputs, num=shape[axis], axis=written)


BASIC = ("int8", "int16", "float32", "int32")

GENERATORS: dict[str, dict[str, Generator]] = {
    "CONCATENATION": dict.fromkeys((*BASIC, "int64", "bool"), concatenation),
    "SPLIT": dict.fromkeys(BASIC, split),
    "SPLIT_V": dict.fromkeys(BASIC, split_v),
    "SLICE": dict.fromkeys((*BASIC, "bool"), slice_),
    "STRIDED_SLICE": {
        **dict.fromkeys((*BASIC, "bool"), strided_slice),
        **{f"{dtype}-masked": masked_slice for dtype in ("int8", "float32")},
    },
    "PACK": dict.fromkeys((*BASIC, "int64"), pack),
    "UNPACK": dict.fromkeys(BASIC, unpack),
}
