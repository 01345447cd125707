"""The case generators, by operator and type."""

from __future__ import annotations

from case import Generator
from cases import (
    activations,
    binary,
    convolution,
    padding,
    pooling,
    quantize,
    reduce,
    reshape,
    resize,
    slicing,
    variables,
)

GENERATORS: dict[str, dict[str, Generator]] = {
    **activations.GENERATORS,
    **binary.GENERATORS,
    **convolution.GENERATORS,
    **padding.GENERATORS,
    **pooling.GENERATORS,
    **quantize.GENERATORS,
    **reduce.GENERATORS,
    **reshape.GENERATORS,
    **resize.GENERATORS,
    **slicing.GENERATORS,
    **variables.GENERATORS,
}
