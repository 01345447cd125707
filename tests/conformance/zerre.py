"""The program under test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 300

TARGET: str | None = None
"""The chip whose kernels `run` uses on this computer (option --target); None: the reference."""


def binary() -> Path:
    """$ZERRE, or what `make` builds."""
    return Path(os.environ.get("ZERRE", ROOT / "build" / "zerre"))


def save_arrays(folder: Path, name: str, arrays: dict[str, np.ndarray]) -> Path:
    """Writes one array as .npy and several as .npz, and says where."""
    if len(arrays) == 1:
        path = folder / f"{name}.npy"
        np.save(path, next(iter(arrays.values())))
        return path
    path = folder / f"{name}.npz"
    np.savez(path, **arrays)
    return path


def load_arrays(path: Path) -> list[np.ndarray]:
    """The arrays of a .npy or .npz, in the file's order."""
    loaded = np.load(path)
    if isinstance(loaded, np.ndarray):
        return [loaded]
    with loaded:
        return [loaded[name] for name in loaded.files]


class Failed(Exception):
    """zerre did not exit with 0; its standard error is the message."""


def execute(arguments: list[str | Path]) -> str:
    """Runs zerre and returns its standard output."""
    process = subprocess.run(
        [binary(), *arguments], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS
    )
    if process.returncode != 0:
        raise Failed(f"exit status {process.returncode}: {process.stderr.strip() or 'nothing on standard error'}")
    return process.stdout


def run(folder: Path, model: Path, inputs: dict[str, np.ndarray], outputs: int) -> list[np.ndarray]:
    """`zerre run` on samples; the outputs in the model's order. The files stay in the folder."""
    chip = ["--target", TARGET] if TARGET else []
    return execute_on_arrays(["run", model, *chip], folder, inputs, outputs)


def bench(
    folder: Path, model: Path, inputs: dict[str, np.ndarray], outputs: int, target: str, goal: str = "speed"
) -> list[np.ndarray]:
    """The same on an emulated chip."""
    return execute_on_arrays(["bench", model, "--target", target, "--optimize", goal], folder, inputs, outputs)


def execute_on_arrays(
    arguments: list[str | Path], folder: Path, inputs: dict[str, np.ndarray], outputs: int
) -> list[np.ndarray]:
    input_path = save_arrays(folder, "input", inputs)
    output_path = folder / ("output.npy" if outputs == 1 else "output.npz")
    output_path.unlink(missing_ok=True)
    execute([*arguments, "--input", input_path, "--output", output_path])
    return load_arrays(output_path)
