"""Writes what the golden files have: outputs.py FOLDER. update.sh and test_golden.py call it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from frame import DIGITS, MODELS, zerre  # noqa: E402

COMPILED = ("stateful", "multi", "classes")
"""State and convolution; several inputs and outputs; floats and outputs of three types."""

INSPECTED = ("stateful", "convolutions", "names")

DRAWN = ("stateful", "branches")
"""The arena over time: calls of a reset, nodes in another order than the file's."""


def write(folder: Path) -> None:
    """All of them. Models are named without a path, which the output of inspect repeats."""
    for name in COMPILED:
        run("compile", f"{name}.tflite", "-o", folder / name)
    run("compile", DIGITS / "digits_int8.tflite", "-o", folder / "lines", "-n", "lines", "-t", "cortex-m0", "--stream-input")
    for path in folder.glob("lines/*.c"):
        path.unlink()
    run("compile", "convolutions.tflite", "-o", folder / "stepped", "-n", "stepped", "--stream", "time")
    (folder / "stepped.txt").write_bytes(run("inspect", "convolutions.tflite", "--stream", "time"))
    (folder / "stepped.json").write_bytes(run("inspect", "convolutions.tflite", "--stream", "time", "--json"))
    for name in INSPECTED:
        (folder / f"{name}.txt").write_bytes(run("inspect", f"{name}.tflite"))
        (folder / f"{name}.json").write_bytes(run("inspect", f"{name}.tflite", "--json"))
    for name in DRAWN:
        picture = folder / f"{name}_memory.svg"
        (folder / f"{name}_memory.txt").write_bytes(run("inspect", f"{name}.tflite", "--memory", "--svg", picture))


def run(*arguments: object) -> bytes:
    result = zerre(*arguments, cwd=MODELS)
    if result.status != 0:
        raise RuntimeError(result.err)
    return result.out


if __name__ == "__main__":
    write(Path(sys.argv[1]).resolve())
