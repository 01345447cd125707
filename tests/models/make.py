"""Makes the tiny models of this folder, and what TensorFlow Lite Micro answers to a few inputs.

    .venv/bin/python tests/models/make.py          # the environment of tests/requirements.txt

For every function of MODELS it writes NAME.tflite, NAME_in.npz (one array an input, under the input's name) and
NAME_out.npz (one array an output). The files are in the repository, so that the tests that read them need neither
NumPy nor the oracle; run this again only to change a model. The same script gives the same bytes.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "conformance"))

from builder import Model, Subgraph  # noqa: E402
from oracle import Oracle  # noqa: E402

MAX_BYTES = 3000
SAMPLES = 6


class Sketch:
    """One model and the samples of its inputs while they are made; every number comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.model = Model()
        self.model._table.description = "made by tests/models/make.py"
        self.graph = self.model.subgraph()
        self.inputs: dict[str, np.ndarray] = {}
        self.outputs: list[str] = []

    def input(self, name: str, shape: tuple[int, ...], dtype: str, spread: int = 1 << 16, **quantization: float) -> int:
        """Adds an input and samples that use its whole range, or what is that close to the zero point."""
        whole = (SAMPLES, *shape[1:])
        if dtype == "float32":
            self.inputs[name] = self.random.normal(size=whole).astype(np.float32)
        else:
            info, zero = np.iinfo(dtype), quantization["zero_point"]
            low, high = max(info.min, zero - spread), min(info.max, zero + spread)
            self.inputs[name] = self.random.integers(low, high, whole, dtype, endpoint=True)
        return self.graph.input(name, shape, dtype, **quantization)

    def output(self, name: str, shape: tuple[int, ...], dtype: str, **quantization: float) -> int:
        self.outputs.append(name)
        return self.graph.output(name, shape, dtype, **quantization)

    def also_output(self, tensor: int, name: str) -> None:
        """Makes a tensor that is there for another reason an output too."""
        self.graph._table.outputs.append(tensor)
        self.outputs.append(name)

    def integers(self, name: str, values: list[int]) -> int:
        """Adds an int32 constant: axes, shapes, bounds."""
        return self.graph.constant(name, np.array(values, np.int32))

    def weights(self, shape: tuple[int, ...], scale: float = 0.01, name: str = "weights") -> int:
        """Adds int8 weights with one scale."""
        data = self.random.integers(-127, 127, shape, np.int8, endpoint=True)
        return self.graph.constant(name, data, scale=scale)

    def channel_weights(self, shape: tuple[int, ...], axis: int, name: str = "weights") -> int:
        """Adds int8 weights with a scale for each output channel."""
        data = self.random.integers(-127, 127, shape, np.int8, endpoint=True)
        scales = self.random.uniform(0.005, 0.02, shape[axis])
        return self.graph.constant(name, data, scale=scales, axis=axis)

    def packed_weights(self, shape: tuple[int, ...], axis: int | None = None) -> int:
        """Adds weights of 4 bits with one scale, or with one for each output channel along an axis."""
        data = self.random.integers(-8, 7, shape, np.int8, endpoint=True)
        scale = 0.15 if axis is None else self.random.uniform(0.08, 0.3, shape[axis])
        return self.graph.constant("weights", data, scale=scale, axis=axis or 0, dtype="int4")

    def bias(self, count: int, dtype: str = "int32", spread: int = 2000, name: str = "bias") -> int:
        """Adds a bias. Kernels take its scale from the input and the weights, so it is given none."""
        return self.graph.constant(name, self.random.integers(-spread, spread, count).astype(dtype))

    def real(self, name: str, shape: tuple[int, ...]) -> int:
        """Adds a float constant."""
        return self.graph.constant(name, self.random.normal(size=shape).astype(np.float32))


def assign_once(sketch: Sketch, variable: str, value: np.ndarray, **quantization: float) -> None:
    """Adds a subgraph that sets a variable, and the operator that calls it before the first inference."""
    once: Subgraph = sketch.model.subgraph("initialize")
    handle = once.tensor("handle", (), "resource")
    once.operator("VAR_HANDLE", [], [handle], container="", shared_name=variable)
    once.operator("ASSIGN_VARIABLE", [handle, once.constant("start", value, **quantization)], [])
    sketch.graph.operator("CALL_ONCE", [], [], init_subgraph_index=1)


def variable(sketch: Sketch, name: str) -> int:
    """Adds a handle of a variable."""
    handle = sketch.graph.tensor("handle", (), "resource")
    sketch.graph.operator("VAR_HANDLE", [], [handle], container="", shared_name=name)
    return handle


def stateful(sketch: Sketch) -> None:
    """A streaming convolution: the last four rows are kept in a variable that starts with other rows."""
    graph, q = sketch.graph, {"scale": 0.05, "zero_point": -3}
    start = sketch.random.integers(-128, 128, (1, 4, 1, 3)).astype(np.int8)
    assign_once(sketch, "rows", start, **q)
    x = sketch.input("frame", (1, 2, 1, 3), "int8", **q)
    handle = variable(sketch, "rows")
    before = graph.tensor("before", (1, 4, 1, 3), "int8", **q)
    graph.operator("READ_VARIABLE", [handle], [before])
    rows = graph.tensor("rows", (1, 6, 1, 3), "int8", **q)
    graph.operator("CONCATENATION", [before, x], [rows], axis=1)
    after = graph.tensor("after", (1, 4, 1, 3), "int8", **q)
    bounds = [sketch.integers("bound", numbers) for numbers in ([0, 2, 0, 0], [1, 6, 1, 3], [1, 1, 1, 1])]
    graph.operator("STRIDED_SLICE", [rows, *bounds], [after])
    graph.operator("ASSIGN_VARIABLE", [handle, after], [])
    y = sketch.output("heard", (1, 2, 1, 4), "int8", scale=0.2, zero_point=5)
    weights = sketch.channel_weights((4, 5, 1, 3), axis=0)
    graph.operator("CONV_2D", [rows, weights, sketch.bias(4)], [y], padding="VALID", stride_w=1, stride_h=1)


def total(sketch: Sketch) -> None:
    """A running sum in a variable that nothing sets before the first inference: it starts as real zeros."""
    graph, q = sketch.graph, {"scale": 0.5, "zero_point": 7}
    x = sketch.input("x", (1, 5), "int8", spread=20, **q)
    handle = variable(sketch, "sum")
    before = graph.tensor("before", (1, 5), "int8", **q)
    graph.operator("READ_VARIABLE", [handle], [before])
    y = sketch.output("sum", (1, 5), "int8", **q)
    graph.operator("ADD", [before, x], [y])
    graph.operator("ASSIGN_VARIABLE", [handle, y], [])


def multi(sketch: Sketch) -> None:
    """Two inputs that must not be mistaken for each other, two outputs of different shapes."""
    graph, q = sketch.graph, {"scale": 0.1, "zero_point": 4}
    left = sketch.input("left", (1, 4, 4, 2), "int8", **q)
    right = sketch.input("right", (1, 4, 4, 2), "int8", **q)
    difference = sketch.output("difference", (1, 4, 4, 2), "int8", scale=0.15, zero_point=-9)
    graph.operator("SUB", [left, right], [difference])
    peak = sketch.output("peak", (1, 2, 2, 2), "int8", scale=0.15, zero_point=-9)
    graph.operator(
        "MAX_POOL_2D", [difference], [peak],
        padding="VALID", stride_w=2, stride_h=2, filter_width=2, filter_height=2,
    )


def int16(sketch: Sketch) -> None:
    """int16 activations with int8 weights and int64 biases, and the int16 sigmoid."""
    graph = sketch.graph
    x = sketch.input("x", (1, 6, 5, 2), "int16", scale=0.001, zero_point=0)
    hidden = graph.tensor("hidden", (1, 3, 3, 3), "int16", scale=0.002, zero_point=0)
    graph.operator(
        "CONV_2D", [x, sketch.channel_weights((3, 3, 3, 2), axis=0), sketch.bias(3, "int64", 1 << 20)], [hidden],
        padding="SAME", stride_w=2, stride_h=2, fused_activation_function="RELU",
    )
    flat = graph.tensor("flat", (1, 27), "int16", scale=0.002, zero_point=0)
    graph.operator("RESHAPE", [hidden, sketch.integers("shape", [1, 27])], [flat], new_shape=[1, 27])
    score = graph.tensor("score", (1, 4), "int16", scale=0.004, zero_point=0)
    weights = sketch.weights((4, 27), scale=0.0005)
    graph.operator("FULLY_CONNECTED", [flat, weights, sketch.bias(4, "int64")], [score])
    y = sketch.output("y", (1, 4), "int16", scale=1 / 32768, zero_point=0)
    graph.operator("LOGISTIC", [score], [y])


def real(sketch: Sketch) -> None:
    """Floats: convolution, sigmoid, fully connected, softmax."""
    graph = sketch.graph
    x = sketch.input("x", (1, 5, 5, 2), "float32")
    hidden = graph.tensor("hidden", (1, 3, 3, 4), "float32")
    graph.operator(
        "CONV_2D", [x, sketch.real("weights", (4, 3, 3, 2)), sketch.real("bias", (4,))], [hidden],
        padding="VALID", stride_w=1, stride_h=1,
    )
    open_ = graph.tensor("open", (1, 3, 3, 4), "float32")
    graph.operator("LOGISTIC", [hidden], [open_])
    flat = graph.tensor("flat", (1, 36), "float32")
    graph.operator("RESHAPE", [open_, sketch.integers("shape", [1, 36])], [flat], new_shape=[1, 36])
    score = graph.tensor("score", (1, 3), "float32")
    graph.operator("FULLY_CONNECTED", [flat, sketch.real("weights", (3, 36)), sketch.real("bias", (3,))], [score])
    y = sketch.output("y", (1, 3), "float32")
    graph.operator("SOFTMAX", [score], [y], beta=1.0)


def convolutions(sketch: Sketch) -> None:
    """Dilated, grouped and depthwise convolutions with a multiplier, padded and per channel."""
    graph = sketch.graph
    x = sketch.input("x", (1, 7, 6, 2), "int8", scale=0.04, zero_point=-1)
    dilated = graph.tensor("dilated", (1, 7, 6, 4), "int8", scale=0.1, zero_point=-128)
    graph.operator(
        "CONV_2D", [x, sketch.channel_weights((4, 3, 2, 2), axis=0), sketch.bias(4)], [dilated],
        padding="SAME", stride_w=1, stride_h=1, dilation_w_factor=2, dilation_h_factor=2,
        fused_activation_function="RELU6",
    )
    deep = graph.tensor("deep", (1, 4, 3, 8), "int8", scale=0.15, zero_point=10)
    graph.operator(
        "DEPTHWISE_CONV_2D", [dilated, sketch.channel_weights((1, 3, 3, 8), axis=3), sketch.bias(8)], [deep],
        padding="SAME", stride_w=2, stride_h=2, depth_multiplier=2,
    )
    grouped = sketch.output("grouped", (1, 3, 2, 4), "int8", scale=0.3, zero_point=0)
    graph.operator(
        "CONV_2D", [deep, sketch.channel_weights((4, 2, 2, 4), axis=0), sketch.bias(4)], [grouped],
        padding="VALID", stride_w=1, stride_h=1,
    )


def int4(sketch: Sketch) -> None:
    """Weights of 4 bits in every operator that takes them; an odd number of them, so that half a byte is left."""
    graph = sketch.graph
    x = sketch.input("x", (1, 5, 5, 3), "int8", scale=0.04, zero_point=-1)
    wide = graph.tensor("wide", (1, 3, 3, 5), "int8", scale=0.1, zero_point=-128)
    graph.operator(
        "CONV_2D", [x, sketch.packed_weights((5, 3, 3, 3), axis=0), sketch.bias(5)], [wide],
        padding="SAME", stride_w=2, stride_h=2, fused_activation_function="RELU",
    )
    deep = graph.tensor("deep", (1, 3, 3, 5), "int8", scale=0.15, zero_point=10)
    graph.operator(
        "DEPTHWISE_CONV_2D", [wide, sketch.packed_weights((1, 3, 3, 5), axis=3), sketch.bias(5)], [deep],
        padding="SAME", stride_w=1, stride_h=1, depth_multiplier=1,
    )
    point = graph.tensor("point", (1, 3, 3, 7), "int8", scale=0.3, zero_point=0)
    graph.operator(
        "CONV_2D", [deep, sketch.packed_weights((7, 1, 1, 5), axis=0), sketch.bias(7)], [point],
        padding="VALID", stride_w=1, stride_h=1,
    )
    y = sketch.output("y", (1, 3), "int8", scale=1.5, zero_point=3)
    graph.operator("FULLY_CONNECTED", [point, sketch.packed_weights((3, 63)), -1], [y])


def bytes_(sketch: Sketch) -> None:
    """uint8 outside, int8 inside, as converters write it for cameras; averages and a softmax."""
    graph = sketch.graph
    x = sketch.input("picture", (1, 6, 6, 1), "uint8", scale=1 / 255, zero_point=0)
    inner = graph.tensor("inner", (1, 6, 6, 1), "int8", scale=1 / 255, zero_point=-128)
    graph.operator("QUANTIZE", [x], [inner])
    pooled = graph.tensor("pooled", (1, 3, 3, 1), "int8", scale=1 / 255, zero_point=-128)
    graph.operator(
        "AVERAGE_POOL_2D", [inner], [pooled],
        padding="SAME", stride_w=2, stride_h=2, filter_width=3, filter_height=3,
    )
    score = graph.tensor("score", (1, 3), "int8", scale=0.05, zero_point=3)
    weights = sketch.weights((3, 9), scale=0.02)
    graph.operator("FULLY_CONNECTED", [pooled, weights, sketch.bias(3)], [score])
    soft = graph.tensor("soft", (1, 3), "int8", scale=1 / 256, zero_point=-128)
    graph.operator("SOFTMAX", [score], [soft], beta=1.0)
    y = sketch.output("classes", (1, 3), "uint8", scale=1 / 256, zero_point=0)
    graph.operator("QUANTIZE", [soft], [y])


def classes(sketch: Sketch) -> None:
    """One score and two indices: outputs of three types, the widest with eight bytes an element."""
    graph = sketch.graph
    x = sketch.input("x", (1, 3), "float32")
    score = sketch.output("score", (1, 5), "float32")
    graph.operator("FULLY_CONNECTED", [x, sketch.real("weights", (5, 3)), sketch.real("bias", (5,))], [score])
    axis = sketch.integers("axis", [1])
    for name in ("int32", "int64"):
        index = sketch.output(f"class_{name}", (1,), name)
        graph.operator("ARG_MAX", [score, axis], [index], output_type=name.upper())


def constants(sketch: Sketch) -> None:
    """Outputs that need no kernel: another shape of the input, a constant, and what folds to one."""
    graph, q = sketch.graph, {"scale": 0.1, "zero_point": 2}
    x = sketch.input("x", (1, 6), "int8", **q)
    y = sketch.output("table", (1, 2, 3), "int8", **q)
    shape = sketch.integers("shape", [1, 2, 3])
    graph.operator("RESHAPE", [x, shape], [y], new_shape=[1, 2, 3])
    fixed = graph.constant("fixed", np.array([[-128, 0, 127]], np.int8), **q)
    sketch.also_output(fixed, "fixed")
    folded = sketch.output("folded", (1, 3), "int8", **q)
    graph.operator("ADD", [fixed, fixed], [folded])


def nothing(sketch: Sketch) -> None:
    """No operator at all: the input is an output, beside a constant."""
    x = sketch.input("x", (1, 3), "int8", scale=0.1, zero_point=0)
    sketch.also_output(x, "x")
    fixed = sketch.graph.constant("fixed", np.array([3, 1, 2], np.int32))
    sketch.also_output(fixed, "fixed")


def names(sketch: Sketch) -> None:
    """Names that would end a comment, a string or a line of generated code if they were copied into it."""
    graph, q = sketch.graph, {"scale": 0.1, "zero_point": 0}
    x = sketch.input('in "put" \\ */ ??/ // /* %s%n ${x} `x` <&>', (1, 4), "int8", **q)
    handle = variable(sketch, "*/ #error state \\")
    old = graph.tensor("", (1, 4), "int8", **q)
    graph.operator("READ_VARIABLE", [handle], [old])
    graph.operator("ASSIGN_VARIABLE", [handle, x], [])
    middle = graph.tensor("n" * 300, (1, 4), "int8", **q)
    graph.operator("ADD", [x, old], [middle])
    y = sketch.output("\n#error çıkış / выход / 出力 \\", (1, 4), "int8", **q)
    graph.operator("RELU", [middle], [y])
    sketch.model._table.description = '*/ "quoted" \\ ??/ \n#error description'


def branches(sketch: Sketch) -> None:
    """Two branches that are wide at first, one node of each after the other: computed so, both are wide at one time."""
    graph, q = sketch.graph, {"scale": 0.2, "zero_point": 6}
    x = sketch.input("x", (1, 6, 6, 2), "int8", scale=0.04, zero_point=-1)
    wide = [graph.tensor(f"wide_{side}", (1, 6, 6, 8), "int8", **q) for side in ("left", "right")]
    for tensor in wide:
        weights = sketch.channel_weights((8, 1, 1, 2), axis=0)
        graph.operator("CONV_2D", [x, weights, sketch.bias(8)], [tensor], padding="VALID", stride_w=1, stride_h=1)
    narrow = [graph.tensor(f"narrow_{side}", (1, 2, 2, 8), "int8", **q) for side in ("left", "right")]
    for tensor, pooled in zip(wide, narrow):
        graph.operator(
            "MAX_POOL_2D", [tensor], [pooled],
            padding="VALID", stride_w=3, stride_h=3, filter_width=3, filter_height=3,
        )
    y = sketch.output("sum", (1, 2, 2, 8), "int8", scale=0.3, zero_point=2)
    graph.operator("ADD", narrow, [y])


MODELS: dict[str, Callable[[Sketch], None]] = {
    "stateful": stateful,
    "total": total,
    "multi": multi,
    "int16": int16,
    "float": real,
    "convolutions": convolutions,
    "int4": int4,
    "bytes": bytes_,
    "classes": classes,
    "constants": constants,
    "nothing": nothing,
    "names": names,
    "branches": branches,
}

LITERT = {"classes"}
"""TensorFlow Lite Micro's ARG_MAX gives no int64, see tests/conformance/NOTES.md: LiteRT decides."""


def main() -> None:
    oracle = Oracle()
    for name, make in MODELS.items():
        sketch = Sketch(zlib.crc32(name.encode()))
        make(sketch)
        model = sketch.model.build()
        assert len(model) <= MAX_BYTES, f"{name}: {len(model)} bytes"
        engine = "litert" if name in LITERT else "tflm"
        outputs = oracle.run(engine, model, list(sketch.inputs.values()), len(sketch.outputs))
        (FOLDER / f"{name}.tflite").write_bytes(model)
        inputs = sketch.inputs
        if name == "names":  # what a zip file cannot hold as a member's name is found by its position
            inputs = {f"input_{i}": array for i, array in enumerate(inputs.values())}
        np.savez(FOLDER / f"{name}_in.npz", **inputs)
        np.savez(FOLDER / f"{name}_out.npz", **{f"output_{i}": array for i, array in enumerate(outputs)})
        different = [len(np.unique(array)) for array in outputs]
        print(f"{name}: {len(model)} bytes, distinct values in the outputs: {different}")
    oracle.close()


if __name__ == "__main__":
    main()
