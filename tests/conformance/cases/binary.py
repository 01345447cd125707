"""ADD, SUB, MUL, MINIMUM, MAXIMUM and PRELU."""

from __future__ import annotations

from functools import partial
from typing import Any

from case import Draw, Generator, Sketch

ACTIVATIONS = ["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


def broadcast(draw: Draw) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Two shapes and the one that they broadcast to: equal, one stretched, or each stretched somewhere."""
    whole = draw.shape(1, 4)
    first, second = list(whole), list(whole)
    kind = draw.choice(["equal", "equal", "scalar", "dims", "dims", "both"])
    if kind == "scalar":
        second = [1] * draw.integer(0, len(whole))
    if kind in ("dims", "both"):
        second = [1 if draw.chance(50) else size for size in whole]
        second = second[draw.integer(0, len(whole) - 1) :]
    if kind == "both":
        first = [size if draw.chance(60) else 1 for size in whole]
    if draw.chance(40):
        first, second = second, first
    return tuple(first), tuple(second), joined(first, second)


def joined(first: list[int], second: list[int]) -> tuple[int, ...]:
    """The shape of two shapes broadcast together."""
    rank = max(len(first), len(second))
    left = [1] * (rank - len(first)) + first
    right = [1] * (rank - len(second)) + second
    return tuple(max(sizes) for sizes in zip(left, right, strict=True))


def power_of_two(draw: Draw, quantizations: list[dict[str, Any]]) -> None:
    """Rounds the scales to powers of two, for which int16 kernels may have another path."""
    for quantization in quantizations:
        quantization["scale"] = 2.0 ** draw.integer(-15, -9)


def operands(sketch: Sketch, first: tuple[int, ...], second: tuple[int, ...], *quantizations: Any) -> list[int]:
    """Two inputs, or one and a constant on either side."""
    dtype = sketch.dtype
    if sketch.draw.chance(15):
        constant = sketch.random_constant(first, dtype, **quantizations[0])
        return [constant, sketch.input(second, dtype, **quantizations[1])]
    return [sketch.input(first, dtype, **quantizations[0]), sketch.operand(second, dtype, **quantizations[1])]


def arithmetic(sketch: Sketch, name: str) -> None:
    """Two operands of any quantization, broadcast."""
    draw, dtype = sketch.draw, sketch.dtype
    first, second, whole = broadcast(draw)
    left, right = draw.quantization(dtype), draw.quantization(dtype)
    result = draw.quantization(dtype)
    if result:
        right["scale"] = draw.near(left["scale"])
        typical = left["scale"] * right["scale"] * 64 if name == "MUL" else left["scale"] + right["scale"]
        result["scale"] = draw.near(typical * (256 if name == "MUL" and dtype == "int16" else 1))
    if dtype == "int16" and draw.chance(20):
        power_of_two(draw, [left, right, result])
    inputs = operands(sketch, first, second, left, right)
    y = sketch.output(whole, dtype, **result)
    options = {} if name == "MUL" else {"pot_scale_int16": draw.chance(50)}
    sketch.operator(name, inputs, [y], fused_activation_function=draw.choice(ACTIVATIONS), **options)


def extremum(sketch: Sketch, name: str) -> None:
    """Two operands of one quantization, broadcast."""
    draw, dtype = sketch.draw, sketch.dtype
    first, second, whole = broadcast(draw)
    quantization = draw.quantization(dtype)
    inputs = operands(sketch, first, second, quantization, quantization)
    y = sketch.output(whole, dtype, **quantization)
    sketch.operator(name, inputs, [y])


def prelu(sketch: Sketch) -> None:
    """A constant slope a channel, a place, or an element."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = (1, *draw.shape(1, 3))
    slopes = [size if draw.chance(40) else 1 for size in shape[1:-1]]
    quantization = draw.quantization(dtype)
    slope_quantization = draw.quantization(dtype, draw.log_real(1e-3, 0.05))
    x = sketch.input(shape, dtype, **quantization)
    alpha = sketch.random_constant((*slopes, shape[-1]), dtype, **slope_quantization)
    if quantization:
        quantization = draw.quantization(dtype, draw.near(quantization["scale"]))
    y = sketch.output(shape, dtype, **quantization)
    sketch.operator("PRELU", [x, alpha], [y])


def by_type(generator: Any, name: str, *dtypes: str) -> dict[str, Generator]:
    return {dtype: partial(generator, name=name) for dtype in dtypes}


GENERATORS: dict[str, dict[str, Generator]] = {
    "ADD": by_type(arithmetic, "ADD", "int8", "int16", "float32", "int32"),
    "SUB": by_type(arithmetic, "SUB", "int8", "int16", "float32", "int32"),
    "MUL": by_type(arithmetic, "MUL", "int8", "int16", "float32", "int32"),
    "MINIMUM": by_type(extremum, "MINIMUM", "int8", "int16", "float32", "int32", "int64"),
    "MAXIMUM": by_type(extremum, "MAXIMUM", "int8", "int16", "float32", "int32", "int64"),
    "PRELU": {dtype: prelu for dtype in ("int8", "float32")},
}
