"""Operators that are computed together, a strip of rows at a time: the same bits as one after the other.

Random chains of the operators that have rows, with branches that join again, odd sizes, strides and dilations; each
with several numbers of rows, several chips' kernels, and the plans that are chosen for RAM.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import models
import zerre
from builder import Model, Subgraph
from cases.convolution import windowed
from compare import difference
from oracle import LocalOracle

CASES = 24
SAMPLES = 3
TARGETS = ["cortex-m4", "cortex-m55", "cortex-m0"]


class Chain:
    """A random int8 model whose operators all have rows."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.model = Model()
        self.graph: Subgraph = self.model.subgraph()
        self.shape = (int(random.integers(5, 30)), int(random.integers(2, 14)), int(random.choice([1, 3, 4, 8])))
        self.input = self.graph.input("in", (1, *self.shape), "int8", scale=0.05, zero_point=-3)
        self.last = self.input
        self.n = 0

    def weights(self, shape: tuple[int, ...], channels: int, axis: int) -> list[int]:
        deviation = 74 * np.sqrt(np.prod(shape) / channels)
        weights = self.random.integers(-127, 128, shape).astype(np.int8)
        scales = (self.random.uniform(0.5, 1.5, channels) / deviation / 3).astype(np.float32)
        bias = self.random.integers(-500, 500, channels).astype(np.int32)
        zeros = np.zeros(channels, np.int64)
        return [
            self.graph.constant(f"w{self.n}", weights, scale=scales, zero_point=zeros, axis=axis),
            self.graph.constant(f"b{self.n}", bias, scale=scales * np.float32(0.05), zero_point=zeros),
        ]

    def tensor(self, shape: tuple[int, ...]) -> int:
        self.n += 1
        return self.graph.tensor(f"t{self.n}", (1, *shape), "int8", scale=0.05, zero_point=-3)

    def window(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], str]:
        kernel = tuple(int(k) for k in self.random.choice([1, 2, 3, 3, 5], 2))
        stride = (int(self.random.choice([1, 1, 2, 3])), int(self.random.choice([1, 1, 2])))
        dilation = (1, 1) if max(stride) > 1 else tuple(int(d) for d in self.random.choice([1, 1, 2], 2))
        return kernel, stride, dilation, str(self.random.choice(["SAME", "SAME", "VALID"]))

    def slide(self, name: str) -> bool:
        """Adds an operator with a window; False when it does not fit."""
        (kh, kw), (sh, sw), (dh, dw), padding = self.window()
        h, w, c = self.shape
        if name.endswith("POOL_2D"):
            dh = dw = 1
        out = [windowed(h, kh, sh, dh, padding), windowed(w, kw, sw, dw, padding)]
        if min(out) < 1:
            return False
        channels = int(self.random.choice([4, 8, 16])) if name == "CONV_2D" else c
        self.shape = (out[0], out[1], channels)
        inputs = [self.last]
        options = {"stride_h": sh, "stride_w": sw, "padding": padding}
        if name == "CONV_2D":
            inputs += self.weights((channels, kh, kw, c), channels, 0)
        elif name == "DEPTHWISE_CONV_2D":
            inputs += self.weights((1, kh, kw, c), c, 3)
            options["depth_multiplier"] = 1
        else:
            options |= {"filter_height": kh, "filter_width": kw}
        if not name.endswith("POOL_2D"):
            options |= {"dilation_h_factor": dh, "dilation_w_factor": dw}
        options["fused_activation_function"] = str(self.random.choice(["NONE", "RELU"]))
        self.last = self.tensor(self.shape)
        self.graph.operator(name, inputs, [self.last], **options)
        return True

    def branch(self) -> None:
        """Two convolutions of one picture are added."""
        start, shape = self.last, self.shape
        ends = []
        for kernel in (3, 1):
            out = self.tensor((shape[0], shape[1], 8))
            inputs = [start, *self.weights((8, kernel, kernel, shape[2]), 8, 0)]
            self.graph.operator("CONV_2D", inputs, [out], padding="SAME", stride_h=1, stride_w=1)
            ends.append(out)
        self.shape = (shape[0], shape[1], 8)
        self.last = self.tensor(self.shape)
        self.graph.operator("ADD", ends, [self.last])

    def relu(self) -> None:
        out = self.tensor(self.shape)
        self.graph.operator("RELU", [self.last], [out])
        self.last = out

    def finish(self) -> None:
        """A picture, its mean, or what a fully connected layer makes of it."""
        h, w, c = self.shape
        kind = str(self.random.choice(["picture", "MEAN", "SUM", "AVERAGE_POOL_2D", "FULLY_CONNECTED"]))
        if kind == "picture":
            self.relu()
            out = self.graph.output("out", (1, *self.shape), "int8", scale=0.05, zero_point=-3)
            self.graph.operator("RELU", [self.last], [out])
            return
        if kind == "AVERAGE_POOL_2D":
            out = self.graph.output("out", (1, 1, 1, c), "int8", scale=0.05, zero_point=-3)
            self.graph.operator(kind, [self.last], [out], padding="VALID", stride_h=1, stride_w=1,
                                filter_height=h, filter_width=w)  # fmt: skip
            return
        if kind == "FULLY_CONNECTED":
            flat = self.graph.tensor("flat", (1, h * w * c), "int8", scale=0.05, zero_point=-3)
            size = self.graph.constant("size", np.array([1, h * w * c], np.int32))
            self.graph.operator("RESHAPE", [self.last, size], [flat])
            out = self.graph.output("out", (1, 5), "int8", scale=0.05, zero_point=-3)
            self.graph.operator(kind, [flat, *self.weights((5, h * w * c), 5, 0)], [out])
            return
        axes = self.graph.constant("axes", np.array([1, 2], np.int32))
        scale = 0.05 if kind == "MEAN" else 0.4
        out = self.graph.output("out", (1, c), "int8", scale=scale, zero_point=-3)
        self.graph.operator(kind, [self.last, axes], [out], keep_dims=False)

    def build(self) -> bytes:
        names = ["CONV_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"]
        for _ in range(int(self.random.integers(1, 6))):
            if self.random.integers(5) == 0:
                self.branch()
            elif not self.slide(str(self.random.choice(names))):
                self.relu()
        self.finish()
        return self.model.build()


def answer(folder: Path, path: Path, inputs: np.ndarray, *options: str) -> list[np.ndarray]:
    return zerre.execute_on_arrays(["run", path, *options], folder, {"input_0": inputs}, 1)


def refused(message: str) -> bool:
    """Rows of so many bytes are not aligned, there is only one operator, or others read the input too."""
    reasons = ("cannot be computed row by row together", "cannot take the input row by row", "a --rows must name")
    return any(reason in message for reason in reasons)


def streamed(folder: Path, path: Path, inputs: np.ndarray, *options: str) -> list[np.ndarray] | None:
    """The answer when the input comes by rows; None when it cannot, or there are fewer operators than --rows says."""
    try:
        return answer(folder, path, inputs, "--stream-input", *options)
    except zerre.Failed as failure:
        assert refused(str(failure)) or "is not FIRST-LAST=ROWS" in str(failure), str(failure)
        return None


@pytest.mark.parametrize("case", range(CASES))
def test_chain(case: int, request: pytest.FixtureRequest, oracle: LocalOracle, tmp_path: Path) -> None:
    random = np.random.default_rng([request.config.seed, case])
    chain = Chain(random)
    data = chain.build()
    path = tmp_path / "chain.tflite"
    path.write_bytes(data)
    shape = models.interface(data).inputs[0].shape
    inputs = random.integers(-128, 128, (SAMPLES, *shape[1:])).astype(np.int8)
    expected = oracle.run("tflm", data, [inputs], 1)
    for target in TARGETS:
        assert difference(expected, answer(tmp_path, path, inputs, "--target", target, "--optimize", "ram")) is None
        for rows in (1, 2, int(random.integers(3, 9))):
            first = int(random.integers(0, 3))
            for last in range(first + 1, 24):
                try:
                    actual = answer(tmp_path, path, inputs, "--target", target, "--rows", f"{first}-{last}={rows}")
                except zerre.Failed as failure:
                    if "is not FIRST-LAST=ROWS" in str(failure):
                        break
                    assert refused(str(failure)), str(failure)
                    continue
                assert difference(expected, actual) is None, f"--target {target} --rows {first}-{last}={rows}"


@pytest.mark.parametrize("case", range(CASES))
def test_input_by_rows(case: int, request: pytest.FixtureRequest, oracle: LocalOracle, tmp_path: Path) -> None:
    random = np.random.default_rng([request.config.seed, case])
    data = Chain(random).build()
    path = tmp_path / "chain.tflite"
    path.write_bytes(data)
    shape = models.interface(data).inputs[0].shape
    inputs = random.integers(-128, 128, (SAMPLES, *shape[1:])).astype(np.int8)
    expected = oracle.run("tflm", data, [inputs], 1)
    for target in TARGETS:
        choices = [["--optimize", "ram"], ["--optimize", "speed"]]
        choices += [["--rows", f"0-{last}={rows}"] for last, rows in ((0, 1), (1, 2), (2, 1), (3, 3))]
        for choice in choices:
            actual = streamed(tmp_path, path, inputs, "--target", target, *choice)
            assert actual is None or difference(expected, actual) is None, f"--target {target} {choice}"


def test_most_chains_have_rows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The test above would pass if everything were refused."""
    possible = by_rows = 0
    for case in range(CASES):
        chain = Chain(np.random.default_rng([request.config.seed, case]))
        path = tmp_path / "chain.tflite"
        path.write_bytes(chain.build())
        inputs = np.zeros((1, *models.interface(path.read_bytes()).inputs[0].shape[1:]), np.int8)
        try:
            answer(tmp_path, path, inputs, "--target", "cortex-m4", "--rows", "0-1=2")
            possible += 1
        except zerre.Failed as failure:
            assert refused(str(failure)), str(failure)
        by_rows += streamed(tmp_path, path, inputs, "--target", "cortex-m4") is not None
    assert possible > CASES / 3
    assert by_rows > CASES / 3
