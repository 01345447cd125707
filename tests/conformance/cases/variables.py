"""CALL_ONCE, VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE: a window that slides over a stream."""

from __future__ import annotations

from typing import Any

from case import Generator, Sketch, values


def window(sketch: Sketch) -> None:
    """Keeps the last few rows in a variable: read, append the new rows, give out, keep the end.

    That is how streaming models hold their state; the variable starts from a constant or from nothing.
    """
    draw, dtype = sketch.draw, sketch.dtype
    kept, new, width = draw.integer(1, 5), draw.integer(1, 4), draw.integer(1, 6)
    quantization = draw.quantization(dtype)
    state, whole = (1, kept, width), (1, kept + new, width)
    graph = sketch.graph
    if draw.chance(70):
        initialize(sketch, state, quantization)
    x = sketch.input((1, new, width), dtype, **quantization)
    handle = graph.tensor("handle", (), "resource")
    sketch.operator("VAR_HANDLE", [], [handle], container="", shared_name="state")
    before = graph.tensor("before", state, dtype, **quantization)
    sketch.operator("READ_VARIABLE", [handle], [before])
    y = sketch.output(whole, dtype, **quantization)
    sketch.operator("CONCATENATION", [before, x], [y], axis=1)
    after = graph.tensor("after", state, dtype, **quantization)
    bounds = [sketch.integers(numbers) for numbers in ([0, new, 0], [1, kept + new, width], [1, 1, 1])]
    sketch.operator("STRIDED_SLICE", [y, *bounds], [after])
    sketch.operator("ASSIGN_VARIABLE", [handle, after], [])


def initialize(sketch: Sketch, shape: tuple[int, ...], quantization: dict[str, Any]) -> None:
    """A second subgraph that assigns a constant, called once."""
    once = sketch.model.subgraph("initialize")
    handle = once.tensor("handle", (), "resource")
    once.operator("VAR_HANDLE", [], [handle], container="", shared_name="state")
    constant = values(sketch.draw, shape, sketch.dtype)
    once.operator("ASSIGN_VARIABLE", [handle, once.constant("start", constant, **quantization)], [])
    sketch.operator("CALL_ONCE", [], [], init_subgraph_index=1)


GENERATORS: dict[str, dict[str, Generator]] = {
    name: {dtype: window for dtype in ("int8", "int16", "float32")}
    for name in ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")
}
