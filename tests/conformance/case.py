"""What every case generator shares: drawing random numbers, and sketching a one-operator model.

A generator is a function of a Sketch: it draws shapes and parameters, adds tensors and the operator, and the
sketch remembers the model and some inputs for it. All randomness comes from Draw.integer, so that a seeded
generator (the mass of cases) and hypothesis (which shrinks a failure) drive the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import Model

SAMPLES = 4
"""Inputs per case; a run of zerre takes them all."""

QUANTIZED = ("int8", "int16", "uint8")


@dataclass
class Case:
    """A model, its inputs by position (sample axis first), and what to compare.

    `question` is the model that the oracle is asked: another one where it does not take the model itself.
    """

    model: bytes
    question: bytes
    inputs: list[np.ndarray]
    outputs: int


class Draw:
    """Random choices from a seed."""

    def __init__(self, seed: Sequence[int]) -> None:
        self._random = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        """An integer of low..high, both included."""
        return int(self._random.integers(low, high + 1))

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def choice(self, values: Sequence[Any]) -> Any:
        return values[self.integer(0, len(values) - 1)]

    def real(self, low: float, high: float) -> float:
        """A number of low..high."""
        return low + (high - low) * self.integer(0, 1 << 20) / (1 << 20)

    def log_real(self, low: float, high: float) -> float:
        """A positive number, every order of magnitude of low..high as likely."""
        return float(np.exp(self.real(np.log(low), np.log(high))))

    def array_random(self) -> np.random.Generator:
        """A generator for the contents of an array, where shrinking each element would help nobody."""
        return np.random.default_rng(self.integer(0, 1 << 32))

    def shape(self, low_rank: int, high_rank: int, high_size: int = 6) -> tuple[int, ...]:
        """A shape, usually with a first dimension of 1 as in most models."""
        rank = self.integer(low_rank, high_rank)
        shape = [self.integer(1, high_size) for _ in range(rank)]
        if rank > 1 and self.chance(60):
            shape[0] = 1
        return tuple(shape)

    def scale(self, dtype: str) -> float:
        """A scale of the size that calibration finds."""
        return self.log_real(2e-5, 2e-3) if dtype == "int16" else self.log_real(2e-3, 0.3)

    def zero_point(self, dtype: str) -> int:
        """A zero point; int16 has none in the quantization specification."""
        if dtype == "int16":
            return 0
        low, high = limits(dtype)
        if self.chance(25):
            return self.choice([low, high, (low + high + 1) // 2])
        return self.integer(low + 30, high - 30)

    def quantization(self, dtype: str, scale: float | None = None) -> dict[str, Any]:
        """Keyword arguments for a tensor of that type: none for a type that is not quantized."""
        if dtype not in QUANTIZED:
            return {}
        return {"scale": scale or self.scale(dtype), "zero_point": self.zero_point(dtype)}

    def near(self, scale: float) -> float:
        """Another scale: equal, somewhat different, or so much that multipliers exceed 1 or vanish."""
        low, high = self.choice([(1.0, 1.0), (0.5, 2.0), (0.5, 2.0), (0.02, 40.0)])
        return scale * self.log_real(low, high)


class SearchDraw(Draw):
    """The same choices made by hypothesis, which can then shrink them."""

    def __init__(self, integer: Callable[[int, int], int]) -> None:
        self._integer = integer

    def integer(self, low: int, high: int) -> int:
        return self._integer(low, high)


def limits(dtype: str) -> tuple[int, int]:
    """The least and the greatest value of an integer type."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def values(draw: Draw, shape: Sequence[int], dtype: str, centre: int = 0) -> np.ndarray:
    """An array of any type: the whole range, or close to a centre, with the extremes strewn in."""
    random = draw.array_random()
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.startswith("float"):
        return reals(draw, random, shape).astype(dtype)
    low, high = limits(dtype)
    if draw.chance(50):
        array = random.integers(low, high, shape, dtype, endpoint=True)
    else:
        spread = draw.choice([2, 20, 100]) if high < 1 << 8 else draw.choice([5, 1000, 20000])
        array = np.clip(np.rint(random.normal(centre, spread, shape)), low, high).astype(dtype)
    edges = random.random(shape)
    return np.where(edges < 0.03, low, np.where(edges > 0.97, high, array)).astype(dtype)


def reals(draw: Draw, random: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    """Real numbers of one magnitude, some of them 0, 1 or -1."""
    array = random.normal(draw.choice([0, 0, 1]), 1, shape) * draw.choice([0.1, 1, 1, 4])
    special = random.random(shape)
    return np.where(special < 0.05, np.sign(np.round(array)), array)


def sample_shape(shape: Sequence[int], samples: int) -> tuple[int, ...]:
    """The shape of so many samples of one tensor: they replace a leading 1, or come in front."""
    if shape and shape[0] == 1:
        return (samples, *shape[1:])
    return (samples, *shape)


class Sketch:
    """A model with one graph, being drawn together with its inputs."""

    def __init__(self, draw: Draw, dtype: str) -> None:
        self.draw = draw
        self.dtype = dtype
        self.model = Model()
        self.graph = self.model.subgraph()
        self.inputs: list[np.ndarray] = []
        self.outputs = 0
        self.ask_int8 = False

    def input(self, shape: Sequence[int], dtype: str, data: np.ndarray | None = None, **quantization: Any) -> int:
        """Adds an input tensor and random samples for it, unless samples are given."""
        if data is None:
            whole = sample_shape(shape, SAMPLES)
            data = values(self.draw, whole, dtype, quantization.get("zero_point", 0))
        self.inputs.append(data)
        return self.graph.input(f"input_{len(self.inputs) - 1}", shape, dtype, **quantization)

    def constant(self, data: Any, **quantization: Any) -> int:
        """Adds a constant."""
        return self.graph.constant("constant", data, **quantization)

    def random_constant(self, shape: Sequence[int], dtype: str, **quantization: Any) -> int:
        """Adds a constant with random contents."""
        return self.constant(values(self.draw, shape, dtype, quantization.get("zero_point", 0)), **quantization)

    def operand(self, shape: Sequence[int], dtype: str, **quantization: Any) -> int:
        """Adds an input, or now and then a constant once there is an input to compute from."""
        if self.inputs and self.draw.chance(25):
            return self.random_constant(shape, dtype, **quantization)
        return self.input(shape, dtype, **quantization)

    def output(self, shape: Sequence[int], dtype: str, **quantization: Any) -> int:
        """Adds an output tensor."""
        self.outputs += 1
        return self.graph.output(f"output_{self.outputs - 1}", shape, dtype, **quantization)

    def integers(self, data: Any) -> int:
        """Adds an int32 constant such as axes, shapes and paddings are."""
        return self.constant(np.asarray(data, np.int32))

    def operator(self, name: str, inputs: Sequence[int], outputs: Sequence[int], **options: Any) -> None:
        """Adds the operator."""
        self.graph.operator(name, inputs, outputs, **options)

    def case(self) -> Case:
        """The finished case."""
        model = self.model.build()
        return Case(model, self.model.build(int8=True) if self.ask_int8 else model, self.inputs, self.outputs)


Generator = Callable[[Sketch], None]
