"""When two answers are the same: bit for bit, or for real numbers within 1e-5."""

from __future__ import annotations

import numpy as np

RELATIVE = 1e-5
FLOOR = 1e-6
"""Of the tensor's greatest magnitude: below it a difference is the rounding of the sum, not of the result."""


def difference(expected: list[np.ndarray], actual: list[np.ndarray]) -> str | None:
    """The first difference in a sentence, or None."""
    if len(expected) != len(actual):
        return f"{len(actual)} outputs instead of {len(expected)}"
    for index, (right, given) in enumerate(zip(expected, actual, strict=True)):
        sentence = array_difference(right, given)
        if sentence:
            return f"output {index}: {sentence}"
    return None


def array_difference(expected: np.ndarray, actual: np.ndarray) -> str | None:
    """The same for one output."""
    if expected.dtype != actual.dtype:
        return f"type {actual.dtype} instead of {expected.dtype}"
    if expected.shape != actual.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    wrong = unequal(expected, actual)
    if not wrong.any():
        return None
    place = tuple(int(index) for index in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} elements differ, first at {place}: "
        f"{actual[place]} instead of {expected[place]}"
    )


def unequal(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Where the arrays differ."""
    if expected.dtype.kind != "f" or expected.size == 0:
        return expected != actual
    finite = np.abs(expected[np.isfinite(expected)])
    floor = FLOOR * float(finite.max(initial=0))
    return ~np.isclose(actual, expected, rtol=RELATIVE, atol=floor, equal_nan=True)
