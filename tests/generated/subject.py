"""A model under test: its generated C, its samples, and the harness around it."""

from __future__ import annotations

import json
import math
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import arrays
from frame import DIGITS, MODELS, TESTS, TINY, TIMEOUT_SECONDS, zerre

HARNESS = TESTS / "generated" / "harness.c"
TOLERANCE = 1e-5

ELEMENTS = {"float32": "float", "float16": "uint16_t", "bool": "uint8_t"}
"""Types of tensors that C has under another name."""


@dataclass
class Subject:
    """One model file with inputs, and with the oracle's outputs when they are known."""

    name: str
    path: Path
    inputs: list[arrays.Array]
    outputs: list[arrays.Array] | None = None

    @property
    def symbol(self) -> str:
        """The prefix of the generated files and symbols; "float" alone would be none."""
        return f"{self.name}_net"

    def sources(self) -> list[str]:
        return [f"{self.symbol}.c", f"{self.symbol}_weights.c"]

    def stream(self) -> bytes:
        """The samples as the harness reads them."""
        count = self.inputs[0].shape[0]
        return b"".join(array.sample(index) for index in range(count) for array in self.inputs)


def tiny() -> list[Subject]:
    """The models of tests/models."""
    def load(name: str, kind: str) -> list[arrays.Array]:
        return list(arrays.load(MODELS / f"{name}_{kind}.npz").values())

    return [Subject(name, MODELS / f"{name}.tflite", load(name, "in"), load(name, "out")) for name in TINY]


def with_random_inputs(name: str, path: Path, samples: int = 3) -> Subject:
    """A model with inputs over the whole range of their types, the same ones every time."""
    chance = random.Random(name)
    ports = json.loads(zerre("inspect", path, "--json").out)["inputs"]
    return Subject(name, path, [random_array(chance, port, samples) for port in ports])


def random_array(chance: random.Random, port: dict, samples: int) -> arrays.Array:
    shape = port["shape"]
    shape = (samples, *(shape[1:] if shape[:1] == [1] else shape))
    count = math.prod(shape)
    if port["type"] == "float32":
        return arrays.array("float32", shape, [chance.gauss(0, 1) for _ in range(count)])
    return arrays.Array(port["type"], shape, chance.randbytes(count * arrays.element_bytes(port["type"])))


def bundled() -> list[Subject]:
    """The models that the project trained."""
    return [with_random_inputs(path.stem, path) for path in sorted(DIGITS.glob("*.tflite"))]


def generate(subject: Subject, folder: Path, target: str | None = None, plan: tuple[str, ...] = ()) -> None:
    """Writes the C files of a model into a folder, with the kernels for a chip and options that choose the plan."""
    chip = ["--target", target] if target else []
    result = zerre("compile", subject.path, "--output", folder, "--name", subject.symbol, *chip, *plan)
    assert result.status == 0, result.err


def execute(subject: Subject, folder: Path, command: list[str]) -> bytes:
    """Builds the harness with a compiler's command, runs it on the samples and returns the outputs."""
    program, symbol = folder / f"{subject.symbol}.run", subject.symbol
    element = ELEMENTS.get(subject.inputs[0].type, f"{subject.inputs[0].type}_t")
    defines = [f'-DHEADER="{symbol}.h"', f"-DMODEL={symbol}", f"-DMODEL_UPPER={symbol.upper()}", f"-DELEMENT={element}", "-I."]
    build = [*command, *defines, "-o", program, HARNESS, *subject.sources(), "-x", "none", "-lm"]
    built = subprocess.run(build, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    assert built.returncode == 0 and not built.stderr, built.stderr
    ran = subprocess.run([program], input=subject.stream(), capture_output=True, timeout=TIMEOUT_SECONDS)
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    return ran.stdout


def joined(outputs: list[arrays.Array]) -> bytes:
    """Outputs as the harness writes them."""
    return b"".join(array.sample(index) for index in range(outputs[0].shape[0]) for array in outputs)


def split(data: bytes, like: list[arrays.Array]) -> list[arrays.Array]:
    """The reverse, for arrays of those types and shapes."""
    samples, parts = like[0].shape[0], [b""] * len(like)
    at = 0
    for _ in range(samples):
        for index, array in enumerate(like):
            size = len(array.data) // samples
            parts[index] += data[at : at + size]
            at += size
    assert at == len(data), f"{len(data)} bytes of outputs, not {at}"
    return [arrays.Array(array.type, array.shape, part) for array, part in zip(like, parts)]


def difference(found: list[arrays.Array], right: list[arrays.Array]) -> str:
    """What differs, '' for nothing: integers by a bit, floats by more than 1e-5 of the greatest output."""
    for index, (one, other) in enumerate(zip(found, right, strict=True)):
        if (one.type, one.shape) != (other.type, other.shape):
            return f"output {index} is {one.type} {one.shape}, not {other.type} {other.shape}"
        if one.type != "float32":
            if one.data != other.data:
                return f"output {index} differs"
            continue
        a, b = one.values(), other.values()
        scale = max(map(abs, b), default=0)
        if any(not abs(x - y) <= TOLERANCE * scale for x, y in zip(a, b)):
            return f"output {index} is off by more than {TOLERANCE}"
    return ""
