"""RELU, RELU6, RELU_N1_TO_1, LOGISTIC, TANH, HARD_SWISH, LEAKY_RELU and SOFTMAX."""

from __future__ import annotations

from functools import partial
from typing import Any

from case import Draw, Generator, Sketch

FIXED_OUTPUT = {
    ("LOGISTIC", "int8"): {"scale": 1 / 256, "zero_point": -128},
    ("LOGISTIC", "int16"): {"scale": 1 / 32768, "zero_point": 0},
    ("TANH", "int8"): {"scale": 1 / 128, "zero_point": 0},
    ("TANH", "int16"): {"scale": 1 / 32768, "zero_point": 0},
    ("SOFTMAX", "int8"): {"scale": 1 / 256, "zero_point": -128},
    ("SOFTMAX", "int8-int16"): {"scale": 1 / 65536, "zero_point": -32768},
    ("SOFTMAX", "int16"): {"scale": 1 / 32768, "zero_point": 0},
}
"""The output quantization that an operator's specification demands."""


def input_quantization(draw: Draw, dtype: str) -> dict[str, Any]:
    """Any scale, wide enough for a curve to be seen, a power of two now and then."""
    quantization = draw.quantization(dtype)
    if quantization and draw.chance(30):
        quantization["scale"] = 2.0 ** draw.integer(-14, -9) if dtype == "int16" else 2.0 ** draw.integer(-8, 0)
    return quantization


def rectifier(sketch: Sketch, name: str) -> None:
    """A clamp: output of the input's quantization, or of another where the operator rescales."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    quantization = input_quantization(draw, dtype)
    x = sketch.input(shape, dtype, **quantization)
    if quantization and draw.chance(50):
        quantization = draw.quantization(dtype, draw.near(quantization["scale"]))
    y = sketch.output(shape, dtype, **quantization)
    sketch.operator(name, [x], [y])


def clamp(sketch: Sketch, name: str) -> None:
    """A clamp whose output has the input's quantization."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    quantization = input_quantization(draw, dtype)
    x = sketch.input(shape, dtype, **quantization)
    y = sketch.output(shape, dtype, **quantization)
    sketch.operator(name, [x], [y])


def curve(sketch: Sketch, name: str) -> None:
    """A sigmoid or hyperbolic tangent."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    x = sketch.input(shape, dtype, **input_quantization(draw, dtype))
    y = sketch.output(shape, dtype, **FIXED_OUTPUT.get((name, dtype), {}))
    sketch.operator(name, [x], [y])


def hard_swish(sketch: Sketch) -> None:
    """Any input and output quantization."""
    rectifier(sketch, "HARD_SWISH")


def leaky_relu(sketch: Sketch) -> None:
    """Slopes of every kind, above 1 and below 0 too."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    quantization = draw.quantization(dtype)
    x = sketch.input(shape, dtype, **quantization)
    if quantization:
        quantization = draw.quantization(dtype, draw.near(quantization["scale"]))
    y = sketch.output(shape, dtype, **quantization)
    alpha = draw.choice([0.1, 0.2, 0.3, 0.01, 1.5, 0.0, -0.3])
    sketch.operator("LEAKY_RELU", [x], [y], alpha=alpha)


def softmax(sketch: Sketch, kind: str) -> None:
    """Along the last axis of any rank, with any beta."""
    draw = sketch.draw
    dtype, _, output_dtype = kind.partition("-")
    shape = (*draw.shape(1, 3), draw.integer(1, 40)) if draw.chance(80) else draw.shape(1, 1, 40)
    x = sketch.input(shape, dtype, **input_quantization(draw, dtype))
    y = sketch.output(shape, output_dtype or dtype, **FIXED_OUTPUT.get(("SOFTMAX", kind), {}))
    sketch.operator("SOFTMAX", [x], [y], beta=draw.choice([1.0, 1.0, 0.5, 2.0, 0.1, 10.0]))


def by_type(generator: Any, name: str, *dtypes: str) -> dict[str, Generator]:
    return {dtype: partial(generator, name=name) for dtype in dtypes}


GENERATORS: dict[str, dict[str, Generator]] = {
    "RELU": by_type(rectifier, "RELU", "int8", "int16", "float32"),
    "RELU6": by_type(rectifier, "RELU6", "int8", "int16", "float32"),
    "RELU_N1_TO_1": by_type(rectifier, "RELU_N1_TO_1", "int8", "float32"),
    "LOGISTIC": by_type(curve, "LOGISTIC", "int8", "int16", "float32"),
    "TANH": by_type(curve, "TANH", "int8", "int16", "float32"),
    "HARD_SWISH": {dtype: hard_swish for dtype in ("int8", "float32")},
    "LEAKY_RELU": {dtype: leaky_relu for dtype in ("int8", "int16", "float32")},
    "SOFTMAX": {kind: partial(softmax, kind=kind) for kind in ("int8", "int8-int16", "int16", "float32")},
}
