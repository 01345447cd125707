"""Models of clips that take a few frames at a time (--stream time): the same bits as the whole clip gives.

Random models: convolutions and pooling along time with both kinds of padding, strides and dilations, branches that are
joined although one is later than the other, operators that see one row at a time, and ends that need all rows. Each
clip is stepped through after a reset; the answer must be that of the model of clips, which the rest of the suite holds
against the oracle.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import models
import zerre
from builder import Model, Subgraph
from cases.convolution import windowed
from compare import difference

CASES = 60
SAMPLES = 3


class Clip:
    """A random model of clips, int8 or float32, time along the rows or the columns of its pictures."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.model = Model()
        self.graph: Subgraph = self.model.subgraph()
        self.type = str(random.choice(["int8", "int8", "int8", "float32"]))
        self.zero_point = int(random.choice([-128, -3, -3, 127]))
        self.axis = int(random.choice([1, 1, 2]))
        time, other = int(random.integers(12, 60)), int(random.integers(1, 8))
        self.shape = [time, other, int(random.choice([1, 3, 4]))]
        if self.axis == 2:
            self.shape[:2] = [other, time]
        self.frames = next(size for size in self.shape if size > 1)
        self.last = self.start()
        self.n = 0
        self.names: list[str] = []

    def quant(self) -> dict[str, float | int]:
        return {} if self.type == "float32" else {"scale": 0.05, "zero_point": self.zero_point}

    def start(self) -> int:
        """The input: a picture, a series of frames or a vector, which a RESHAPE makes a picture."""
        whole = (1, *self.shape)
        kind = int(self.random.integers(4))
        if self.axis == 2 and self.shape[0] > 1:
            kind = 0
        shape = {0: whole, 1: whole, 2: (1, max(self.shape[:2]), -1), 3: (1, -1)}[kind]
        count = int(np.prod(self.shape))
        shape = tuple(count // -int(np.prod(shape)) if d == -1 else d for d in shape)
        x = self.graph.input("in", shape, self.type, **self.quant())
        if shape == whole:
            return x
        size = self.graph.constant("picture", np.array(whole, np.int32))
        picture = self.graph.tensor("as_picture", whole, self.type, **self.quant())
        self.graph.operator("RESHAPE", [x, size], [picture])
        return picture

    def weights(self, shape: tuple[int, ...], channels: int, axis: int) -> list[int]:
        self.n += 1
        if self.type == "float32":
            weights = self.random.normal(0, 1, shape) / np.sqrt(np.prod(shape) / channels)
            bias = self.random.normal(0, 1, channels)
            return [
                self.graph.constant(f"w{self.n}", weights.astype(np.float32)),
                self.graph.constant(f"b{self.n}", bias.astype(np.float32)),
            ]
        deviation = 74 * np.sqrt(np.prod(shape) / channels)
        scales = (self.random.uniform(0.5, 1.5, channels) / deviation).astype(np.float32)
        zeros = np.zeros(channels, np.int64)
        bias = self.random.integers(-500, 500, channels).astype(np.int32)
        weights = self.random.integers(-127, 128, shape).astype(np.int8)
        return [
            self.graph.constant(f"w{self.n}", weights, scale=scales, zero_point=zeros, axis=axis),
            self.graph.constant(f"b{self.n}", bias, scale=scales * np.float32(0.05), zero_point=zeros),
        ]

    def tensor(self, shape: list[int] | tuple[int, ...]) -> int:
        self.n += 1
        return self.graph.tensor(f"t{self.n}", (1, *shape), self.type, **self.quant())

    def operator(self, name: str, inputs: list[int], shape: list[int] | tuple[int, ...], **options: object) -> int:
        out = self.tensor(shape)
        self.names.append(name)
        self.graph.operator(name, inputs, [out], **options)
        return out

    def slide(self, start: int, shape: list[int], name: str, *, like: list[int] | None = None) -> tuple[int, list[int]]:
        """An operator with a window over `start`; with `like` one whose output has that size."""
        choose = self.random.choice
        for _ in range(20):
            kernel = [int(k) for k in choose([1, 2, 3, 3, 5, 8], 2)]
            stride = [int(s) for s in choose([1, 1, 1, 2, 3], 2)]
            dilation = [1, 1] if max(stride) > 1 or "POOL" in name else [int(d) for d in choose([1, 1, 2, 4], 2)]
            padding = str(choose(["SAME", "SAME", "VALID"]))
            size = [windowed(shape[i], kernel[i], stride[i], dilation[i], padding) for i in range(2)]
            if min(size) >= 1 and (like is None or size == like[:2]):
                break
        else:
            return start, shape
        channels = like[2] if like else int(choose([4, 8]))
        inputs, options = [start], {"stride_h": stride[0], "stride_w": stride[1], "padding": padding}
        if name == "CONV_2D":
            inputs += self.weights((channels, *kernel, shape[2]), channels, 0)
        elif name == "DEPTHWISE_CONV_2D":
            channels = shape[2]
            inputs += self.weights((1, *kernel, channels), channels, 3)
            options["depth_multiplier"] = 1
        else:
            channels = shape[2]
            options |= {"filter_height": kernel[0], "filter_width": kernel[1]}
        if "POOL" not in name:
            options |= {"dilation_h_factor": dilation[0], "dilation_w_factor": dilation[1]}
        activations = ["NONE", "NONE", "RELU"] if self.zero_point < 127 else ["NONE"]
        options["fused_activation_function"] = str(choose(activations))
        shape = [*size, channels]
        return self.operator(name, inputs, shape, **options), shape

    def branch(self) -> None:
        """Two ways from one picture, of which one may be later, added or put side by side."""
        size = [*self.shape[:2], 8]
        ends = [self.slide(self.last, self.shape, "CONV_2D", like=size) for _ in range(2)]
        if any(shape != size for _, shape in ends):
            return
        if self.random.integers(2):
            self.last = self.operator("ADD", [end for end, _ in ends], size)
        else:
            size[2] = 16
            self.last = self.operator("CONCATENATION", [end for end, _ in ends], size, axis=3)
        self.shape = size

    def strided_shortcut(self) -> None:
        """A residual block that halves the rate, with a 1x1 convolution beside it."""
        start, shape = self.last, self.shape
        half = [-(-shape[0] // 2), -(-shape[1] // 2), 8]
        options = {"padding": "SAME", "stride_h": 2, "stride_w": 2}
        way = self.operator("CONV_2D", [start, *self.weights((8, 3, 3, shape[2]), 8, 0)], half, **options)
        way = self.operator("CONV_2D", [way, *self.weights((8, 5, 3, 8), 8, 0)], half, padding="SAME", stride_h=1,
                            stride_w=1)  # fmt: skip
        short = self.operator("CONV_2D", [start, *self.weights((8, 1, 1, shape[2]), 8, 0)], half, **options)
        self.last, self.shape = self.operator("ADD", [way, short], half), half

    def rows(self) -> None:
        """An operator that sees every row by itself."""
        kind = int(self.random.integers(5))
        pads = np.zeros((4, 2), np.int32)
        if kind == 0:
            self.last = self.operator("LEAKY_RELU", [self.last], self.shape, alpha=0.5)
        elif kind == 1:
            pads[3 - self.axis] = [1, 2]
            pads[self.axis] = self.random.choice([[0, 0], [1, 2], [5, 0], [0, 1]])
            self.shape = [self.shape[i] + int(pads[i + 1].sum()) for i in range(3)]
            self.last = self.operator("PAD", [self.last, self.graph.constant(f"pads{self.n}", pads)], self.shape)
        elif kind == 2:
            values = self.random.integers(-128, 128, self.shape[2]).astype(np.int8)
            if self.type == "float32":
                values = values.astype(np.float32)
            constant = self.graph.constant(f"c{self.n}", values, **self.quant())
            self.last = self.operator("ADD", [self.last, constant], self.shape)
        elif kind == 3:
            order = self.graph.constant(f"order{self.n}", np.array([0, 2, 1, 3], np.int32))
            self.shape = [self.shape[1], self.shape[0], self.shape[2]]
            self.last = self.operator("TRANSPOSE", [self.last, order], self.shape)
            self.axis = 3 - self.axis
        else:
            self.gate()

    def gate(self) -> None:
        """Squeeze and excite: channels by what their mean over the clip says."""
        channels = self.shape[2]
        axes = self.graph.constant(f"axes{self.n}", np.array([1, 2], np.int32))
        mean = self.operator("MEAN", [self.last, axes], [1, 1, channels], keep_dims=True)
        way = self.operator("CONV_2D", [mean, *self.weights((channels, 1, 1, channels), channels, 0)],
                            [1, 1, channels], padding="SAME", stride_h=1, stride_w=1)  # fmt: skip
        self.last = self.operator("MUL", [self.last, way], self.shape)

    def finish(self) -> None:
        """Scores of the whole clip."""
        h, w, c = self.shape
        kind = str(self.random.choice(["MEAN", "REDUCE_MAX", "AVERAGE_POOL_2D", "MAX_POOL_2D", "FULLY_CONNECTED"]))
        if kind.endswith("POOL_2D"):
            out = self.graph.output("out", (1, 1, 1, c), self.type, **self.quant())
            stride = int(self.random.choice([1, h]))
            self.graph.operator(kind, [self.last], [out], padding="VALID", stride_h=stride, stride_w=stride,
                                filter_height=h, filter_width=w)  # fmt: skip
        elif kind == "FULLY_CONNECTED":
            flat = self.graph.tensor("flat", (1, h * w * c), self.type, **self.quant())
            size = self.graph.constant("size", np.array([1, h * w * c], np.int32))
            self.graph.operator("RESHAPE", [self.last, size], [flat])
            out = self.graph.output("out", (1, 5), self.type, **self.quant())
            self.graph.operator(kind, [flat, *self.weights((5, h * w * c), 5, 0)], [out])
        else:
            axes = self.graph.constant("axes", np.array([1, 2], np.int32))
            out = self.graph.output("out", (1, c), self.type, **self.quant())
            self.graph.operator(kind, [self.last, axes], [out], keep_dims=False)

    def build(self) -> bytes:
        names = ["CONV_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"]
        self.last, self.shape = self.slide(self.last, self.shape, "CONV_2D")
        for _ in range(int(self.random.integers(1, 6))):
            kind = int(self.random.integers(8))
            if kind == 0:
                self.branch()
            elif kind == 1:
                self.strided_shortcut()
            elif kind == 2:
                self.rows()
            else:
                self.last, self.shape = self.slide(self.last, self.shape, str(self.random.choice(names)))
        self.finish()
        return self.model.build()


def answer(folder: Path, path: Path, inputs: np.ndarray, *options: str) -> list[np.ndarray]:
    return zerre.execute_on_arrays(["run", path, *options], folder, {"input_0": inputs}, 1)


def stepped_by_litert(data: bytes, clips: np.ndarray, frames: int) -> np.ndarray:
    """The answers of LiteRT's reference kernels that step through each clip of so many frames, then end it."""
    answers = []
    for clip in clips:
        interpreter = Interpreter(
            model_content=data, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
        )
        interpreter.allocate_tensors()
        signatures = interpreter.get_signature_list()
        step = next(key for key in signatures if key != "end")
        runner = interpreter.get_signature_runner(step)
        name = signatures[step]["inputs"][0]
        shape = runner.get_input_details()[name]["shape"]
        bytes_a_frame = clip.size // frames
        size = int(np.prod(shape))
        lead = -clip.size % size
        assert lead < size and lead % bytes_a_frame == 0
        steps = np.concatenate([np.full(lead, 77, clip.dtype), clip.ravel()]).reshape(-1, *shape)
        for rows in steps:
            result = runner(**{name: rows})
        if "end" in signatures:
            result = interpreter.get_signature_runner("end")()
        answers.append(next(iter(result.values()))[0])
    return np.stack(answers)


def refused(message: str) -> bool:
    """Nothing is saved, or branches come together of which one hears more of the end of a clip than the other."""
    reasons = ("nothing before it is worth", "are not equally late")
    return any(reason in message for reason in reasons)


@pytest.mark.parametrize("case", range(CASES))
def test_clip(case: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    random = np.random.default_rng([request.config.seed, case])
    data = Clip(random).build()
    path = tmp_path / "clip.tflite"
    path.write_bytes(data)
    tensor = models.interface(data).inputs[0]
    inputs = random.integers(-128, 128, (SAMPLES, *tensor.shape[1:])).astype(np.int8)
    if tensor.dtype == "float32":
        inputs = inputs.astype(np.float32) / 32
    expected = answer(tmp_path, path, inputs)
    for options in ([], ["--target", "cortex-m4"], ["--target", "cortex-m55"], ["--target", "cortex-m0"]):
        try:
            actual = answer(tmp_path, path, inputs, "--stream", "time", *options)
        except zerre.Failed as failure:
            assert refused(str(failure)), str(failure)
            continue
        assert difference(expected, actual) is None, options


@pytest.mark.parametrize("case", range(CASES // 3))
def test_converted_clip(case: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """What zerre convert writes is stepped through by LiteRT as well, with the same bits."""
    random = np.random.default_rng([request.config.seed, case])
    chain = Clip(random)
    data = chain.build()
    path, converted = tmp_path / "clip.tflite", tmp_path / "stepped.tflite"
    path.write_bytes(data)
    tensor = models.interface(data).inputs[0]
    if tensor.dtype == "float32":
        return  # LiteRT sums floats in another order
    inputs = random.integers(-128, 128, (2, *tensor.shape[1:])).astype(np.int8)
    try:
        zerre.execute(["convert", path, "--stream", "time", "-o", converted])
    except zerre.Failed as failure:
        assert refused(str(failure)), str(failure)
        return
    expected = answer(tmp_path, path, inputs)
    actual = stepped_by_litert(converted.read_bytes(), inputs, chain.frames)
    assert difference(expected, [actual]) is None


@pytest.mark.parametrize("name", ["keywords", "sounds"])
def test_bundled(name: str, tmp_path: Path) -> None:
    """The project's own models, by zerre and by LiteRT."""
    folder, converted = zerre.ROOT / "models" / name, tmp_path / "stepped.tflite"
    inputs = np.random.default_rng(1).integers(-128, 128, (3, 49, 40, 1)).astype(np.int8)
    expected = answer(tmp_path, folder, inputs)
    assert difference(expected, answer(tmp_path, folder, inputs, "--stream", "time")) is None
    zerre.execute(["convert", folder, "--stream", "time", "-o", converted])
    assert difference(expected, [stepped_by_litert(converted.read_bytes(), inputs, 49)]) is None
