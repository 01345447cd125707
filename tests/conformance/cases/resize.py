"""RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

from functools import partial

from case import Generator, Sketch


def resize(sketch: Sketch, name: str) -> None:
    """Larger or smaller each way, with each of the three ways to place the pixels."""
    draw, dtype = sketch.draw, sketch.dtype
    batch = 1 if draw.chance(80) else 2
    height, width, depth = draw.integer(1, 9), draw.integer(1, 9), draw.integer(1, 6)
    out_h = draw.choice([height, height * 2, draw.integer(1, 20)])
    out_w = draw.choice([width, width * 2, draw.integer(1, 20)])
    align, half = draw.choice([(False, False), (True, False), (False, True)])
    quantization = draw.quantization(dtype)
    x = sketch.input((batch, height, width, depth), dtype, **quantization)
    y = sketch.output((batch, out_h, out_w, depth), dtype, **quantization)
    size = sketch.integers([out_h, out_w])
    sketch.operator(name, [x, size], [y], align_corners=align, half_pixel_centers=half)


GENERATORS: dict[str, dict[str, Generator]] = {
    name: {dtype: partial(resize, name=name) for dtype in ("int8", "int16", "float32")}
    for name in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
}
