"""One case, run by zerre and compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import zerre
from case import Case
from compare import difference


def failure(case: Case, expected: list[np.ndarray], folder: Path) -> str | None:
    """What is wrong with zerre's answer, if anything."""
    model = folder / "model.tflite"
    model.write_bytes(case.model)
    inputs = {f"input_{index}": array for index, array in enumerate(case.inputs)}
    try:
        return difference(expected, zerre.run(folder, model, inputs, case.outputs))
    except (zerre.Failed, OSError, ValueError) as error:
        return str(error)
