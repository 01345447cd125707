"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from case import Draw, Generator, Sketch, limits, values


def skewed(draw: Draw, dtype: str, scale: float | None = None) -> dict[str, Any]:
    """A quantization; these two operators take a zero point even for int16."""
    quantization = draw.quantization(dtype, scale)
    if dtype == "int16" and draw.chance(15):
        quantization["zero_point"] = draw.integer(*limits(dtype))
    return quantization


def quantize(sketch: Sketch, source: str, target: str) -> None:
    """From real numbers, or from one quantization to another."""
    draw = sketch.draw
    shape = draw.shape(1, 4)
    before = {"scale": draw.log_real(1e-6, 1e-2), "zero_point": 0} if source == "int32" else skewed(draw, source)
    if source == "float32":
        after = skewed(draw, target)
    elif source == "int32":
        after = skewed(draw, target, before["scale"] * draw.log_real(1, 1e4))
    else:
        ratio = 256.0 ** (("int16" in source) - ("int16" in target))
        after = skewed(draw, target, draw.near(before["scale"] * ratio))
    x = sketch.input(shape, source, **before)
    y = sketch.output(shape, target, **after)
    sketch.operator("QUANTIZE", [x], [y])


def dequantize(sketch: Sketch) -> None:
    """To real numbers."""
    draw, dtype = sketch.draw, sketch.dtype
    shape = draw.shape(1, 4)
    x = sketch.input(shape, dtype, **skewed(draw, dtype))
    y = sketch.output(shape, "float32")
    sketch.operator("DEQUANTIZE", [x], [y])


def dequantize_float16(sketch: Sketch) -> None:
    """A half-precision constant, subnormal numbers too, widened and multiplied as a weight would be."""
    draw = sketch.draw
    shape = draw.shape(1, 4)
    halves = values(draw, shape, "float16") * np.float16(draw.choice([1, 1, 100, 2**-14, 2**-20]))
    wide = sketch.graph.tensor("wide", shape, "float32")
    sketch.operator("DEQUANTIZE", [sketch.constant(halves)], [wide])
    x = sketch.input(shape, "float32")
    y = sketch.output(shape, "float32")
    sketch.operator("MUL", [x, wide], [y])


CONVERSIONS = (
    ("float32", "int8"),
    ("float32", "int16"),
    ("int8", "int8"),
    ("int8", "int16"),
    ("int8", "uint8"),
    ("int16", "int8"),
    ("int16", "int16"),
    ("int32", "int8"),
    ("int32", "int16"),
    ("uint8", "int8"),
)

GENERATORS: dict[str, dict[str, Generator]] = {
    "QUANTIZE": {
        f"{source}-{target}": partial(quantize, source=source, target=target) for source, target in CONVERSIONS
    },
    "DEQUANTIZE": {
        **{dtype: dequantize for dtype in ("int8", "int16", "uint8")},
        "float16": dequantize_float16,
    },
}
