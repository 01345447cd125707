"""Builds small .tflite models in memory.

The schema's own Python classes are thorough but long-winded; a conformance case wants to say "this operator,
these tensors" in a few lines:

    model = Model()
    graph = model.subgraph()
    x = graph.input("x", (1, 8, 8, 3), "int8", scale=0.1, zero_point=-4)
    y = graph.output("y", (1, 8, 8, 3), "int8", scale=0.1, zero_point=-4)
    graph.operator("RELU", [x], [y])
    data = model.build()
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

BUFFER_ALIGNMENT = 16

OPTIONS = {
    "ADD": "AddOptions",
    "ARG_MAX": "ArgMaxOptions",
    "ASSIGN_VARIABLE": "AssignVariableOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "CALL_ONCE": "CallOnceOptions",
    "CONCATENATION": "ConcatenationOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "DEQUANTIZE": "DequantizeOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "HARD_SWISH": "HardSwishOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "MIRROR_PAD": "MirrorPadOptions",
    "MUL": "MulOptions",
    "PACK": "PackOptions",
    "PAD": "PadOptions",
    "PADV2": "PadV2Options",
    "QUANTIZE": "QuantizeOptions",
    "READ_VARIABLE": "ReadVariableOptions",
    "REDUCE_MAX": "ReducerOptions",
    "RESHAPE": "ReshapeOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "SLICE": "SliceOptions",
    "SOFTMAX": "SoftmaxOptions",
    "SPLIT": "SplitOptions",
    "SPLIT_V": "SplitVOptions",
    "SQUEEZE": "SqueezeOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "SUB": "SubOptions",
    "SUM": "ReducerOptions",
    "TRANSPOSE": "TransposeOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "UNPACK": "UnpackOptions",
    "VAR_HANDLE": "VarHandleOptions",
}
"""The options table of each operator that has one; an operator that is not here is written without."""

ENUMS = {
    "padding": schema.Padding,
    "fused_activation_function": schema.ActivationFunctionType,
    "mode": schema.MirrorPadMode,
    "output_type": schema.TensorType,
    "quantized_bias_type": schema.TensorType,
}
"""Options whose value is written by its name in the schema."""


class AlignedBuffer(schema.BufferT):
    """A buffer whose bytes start where converters put them: the schema's own class leaves them unaligned."""

    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802, the schema's name
        data = None
        if self.data is not None:
            builder.StartVector(1, len(self.data), BUFFER_ALIGNMENT)
            builder.head -= len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def camel_case(name: str) -> str:
    """stride_w -> strideW, as the schema's object classes name their fields."""
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)


def packed(array: np.ndarray) -> np.ndarray:
    """Integers of 4 bits, two a byte, the first in the lower half."""
    halves = array.ravel().astype(np.uint8) & 15
    halves = np.append(halves, np.zeros(halves.size % 2, np.uint8))
    return halves[0::2] | halves[1::2] << 4


def unpacked(data: bytes, shape: Sequence[int]) -> np.ndarray:
    """The same as int8."""
    both = np.frombuffer(data, np.uint8)
    halves = np.stack([both & 15, both >> 4], axis=1).ravel()[: np.prod(shape, dtype=int)]
    return ((halves ^ 8).astype(np.int8) - 8).reshape(shape)


def tensor_type(dtype: str) -> int:
    """The schema's number for a NumPy type name, or for 'resource'."""
    return getattr(schema.TensorType, dtype.upper())


def quantization(scale: Any, zero_point: Any, axis: int) -> schema.QuantizationParametersT | None:
    """Parameters of one tensor: a number each, or a list each for a scale per channel along an axis."""
    if scale is None:
        return None
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.atleast_1d(np.asarray(scale, np.float32))
    zeros = np.zeros(len(parameters.scale)) if zero_point is None else zero_point
    parameters.zeroPoint = np.atleast_1d(np.asarray(zeros, np.int64))
    parameters.quantizedDimension = axis
    return parameters


class Subgraph:
    """One subgraph under construction; tensors are named by their index, as in the file."""

    def __init__(self, model: Model, name: str) -> None:
        self._model = model
        self._table = schema.SubGraphT()
        self._table.name = name
        self._table.tensors = []
        self._table.inputs = []
        self._table.outputs = []
        self._table.operators = []

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        scale: Any = None,
        zero_point: Any = None,
        axis: int = 0,
        data: np.ndarray | None = None,
    ) -> int:
        """Adds a tensor: computed when data is None, else constant."""
        table = schema.TensorT()
        table.name = name
        table.shape = np.asarray(shape, np.int32)
        table.hasRank = True
        table.type = tensor_type(dtype)
        table.quantization = quantization(scale, zero_point, axis)
        table.buffer = 0 if data is None else self._model.buffer(data)
        self._table.tensors.append(table)
        return len(self._table.tensors) - 1

    def constant(
        self, name: str, data: Any, scale: Any = None, zero_point: Any = None, axis: int = 0, dtype: str | None = None
    ) -> int:
        """Adds a constant tensor of the array's own shape and type; an array of integers may be stored as int4."""
        array = np.asarray(data)
        content = packed(array) if dtype == "int4" else array
        return self.tensor(name, array.shape, dtype or array.dtype.name, scale, zero_point, axis, data=content)

    def input(self, *args: Any, **kwargs: Any) -> int:
        """Adds a computed tensor that is the subgraph's next input."""
        index = self.tensor(*args, **kwargs)
        self._table.inputs.append(index)
        return index

    def output(self, *args: Any, **kwargs: Any) -> int:
        """Adds a computed tensor that is the subgraph's next output."""
        index = self.tensor(*args, **kwargs)
        self._table.outputs.append(index)
        return index

    def operator(self, name: str, inputs: Sequence[int], outputs: Sequence[int], **options: Any) -> None:
        """Adds an operator; options are the schema's fields in snake_case, -1 an optional input left out."""
        table = schema.OperatorT()
        table.opcodeIndex = self._model.operator_code(name)
        table.inputs = np.asarray(inputs, np.int32)
        table.outputs = np.asarray(outputs, np.int32)
        if name in OPTIONS:
            table.builtinOptionsType = getattr(schema.BuiltinOptions, OPTIONS[name])
            table.builtinOptions = builtin_options(OPTIONS[name], options)
        self._table.operators.append(table)


def builtin_options(table_name: str, values: dict[str, Any]) -> Any:
    """The filled options table; a name that the schema does not know is an error here, not a silent default."""
    table = getattr(schema, table_name + "T")()
    for name, value in values.items():
        if not hasattr(table, camel_case(name)):
            raise AttributeError(f"{table_name} has no field {name}")
        if name in ENUMS and isinstance(value, str):
            value = getattr(ENUMS[name], value)
        setattr(table, camel_case(name), value)
    return table


class Model:
    """A model under construction. The first subgraph is the main one."""

    def __init__(self) -> None:
        self._table = schema.ModelT()
        self._table.version = 3
        self._table.description = "zerre conformance"
        self._table.operatorCodes = []
        self._table.subgraphs = []
        self._table.buffers = [AlignedBuffer()]
        self._codes: dict[str, int] = {}

    def subgraph(self, name: str = "main") -> Subgraph:
        """Adds an empty subgraph."""
        graph = Subgraph(self, name)
        self._table.subgraphs.append(graph._table)
        return graph

    def widen(self) -> None:
        """Makes int8 tensors with the same values of the constants of 4 bits."""
        for graph in self._table.subgraphs:
            for tensor in graph.tensors:
                if tensor.type == schema.TensorType.INT4:
                    tensor.type = schema.TensorType.INT8
                    tensor.buffer = self.buffer(unpacked(self._table.buffers[tensor.buffer].data, tensor.shape))

    def buffer(self, data: np.ndarray) -> int:
        """Stores an array's bytes, little-endian, and returns the buffer's index."""
        buffer = AlignedBuffer()
        buffer.data = data.astype(data.dtype.newbyteorder("<")).tobytes()
        self._table.buffers.append(buffer)
        return len(self._table.buffers) - 1

    def operator_code(self, name: str) -> int:
        """The index of an operator's code, added at its first use."""
        if name not in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = getattr(schema.BuiltinOperator, name)
            code.deprecatedBuiltinCode = min(code.builtinCode, 127)
            code.version = 1
            self._codes[name] = len(self._table.operatorCodes)
            self._table.operatorCodes.append(code)
        return self._codes[name]

    def build(self, int8: bool = False) -> bytes:
        """The finished file, on demand with int8 in place of int4."""
        if int8:
            self.widen()
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._table.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())
