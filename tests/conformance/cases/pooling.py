"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from functools import partial

from case import Generator, Sketch
from cases.convolution import windowed

ACTIVATIONS = ["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


def pool(sketch: Sketch, name: str) -> None:
    """Any window and stride; output of the input's quantization, as both operators demand."""
    draw, dtype = sketch.draw, sketch.dtype
    padding = draw.choice(["SAME", "VALID"])
    filter_h, filter_w = draw.integer(1, 6), draw.integer(1, 6)
    stride_h, stride_w = draw.integer(1, 4), draw.integer(1, 4)
    least_h, least_w = (1, 1) if padding == "SAME" else (filter_h, filter_w)
    height, width = draw.integer(least_h, least_h + 10), draw.integer(least_w, least_w + 10)
    batch, depth = (1 if draw.chance(90) else 2), draw.integer(1, 9)
    out_h = windowed(height, filter_h, stride_h, 1, padding)
    out_w = windowed(width, filter_w, stride_w, 1, padding)
    quantization = draw.quantization(dtype)
    x = sketch.input((batch, height, width, depth), dtype, **quantization)
    y = sketch.output((batch, out_h, out_w, depth), dtype, **quantization)
    sketch.operator(
        name,
        [x],
        [y],
        padding=padding,
        stride_h=stride_h,
        stride_w=stride_w,
        filter_height=filter_h,
        filter_width=filter_w,
        fused_activation_function=draw.choice(ACTIVATIONS),
    )


GENERATORS: dict[str, dict[str, Generator]] = {
    name: {dtype: partial(pool, name=name) for dtype in ("int8", "int16", "float32")}
    for name in ("AVERAGE_POOL_2D", "MAX_POOL_2D")
}
