#!/usr/bin/env python3
"""Writes the seeds of fuzzing: corpus/npy, corpus/sound and corpus/tflite, all small. Needs tests/requirements.txt.

Run it again when an operator was added; seeds that are there stay as they are. A .tflite seed is the smallest of
a few random conformance cases of one operator and type; special_* are features that those do not use.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import flatbuffers
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from ai_edge_litert import schema_py_generated as schema  # noqa: E402
from builder import Model  # noqa: E402
from case import Draw, Sketch  # noqa: E402
from cases import GENERATORS  # noqa: E402

TRIES = 20
LARGEST = 6000


def write(folder: str, name: str, data: bytes) -> None:
    path = HERE / "corpus" / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(data)


def sound_seeds() -> None:
    """A few milliseconds in every kind of file, and descriptions that use every field."""
    import soundfile

    time = np.arange(300) / 16000
    mono = 0.5 * np.sin(2 * np.pi * 700 * time)
    stereo = np.stack([mono, -mono / 2], axis=1)
    for name, samples, rate, kind, subtype in (
        ("pcm16.wav", mono, 16000, "WAV", "PCM_16"), ("stereo24.wav", stereo, 44100, "WAV", "PCM_24"),
        ("float.wav", mono, 8000, "WAV", "FLOAT"), ("alaw.wav", mono, 8000, "WAV", "ALAW"),
        ("adpcm.wav", mono, 16000, "WAV", "IMA_ADPCM"), ("mono.flac", mono, 16000, "FLAC", "PCM_16"),
        ("mono.aiff", mono, 16000, "AIFF", "PCM_16"), ("mono.au", mono, 16000, "AU", "PCM_16"),
        ("mono.ogg", mono, 16000, "OGG", "VORBIS"), ("mono.caf", mono, 16000, "CAF", "PCM_16"),
    ):
        file = io.BytesIO()
        soundfile.write(file, samples, rate, format=kind, subtype=subtype)
        write("sound", name, file.getvalue())
    for name, text in (
        ("micro.json", '{"frontend": "micro", "gain": true, "gain_strength": 0.9, "gain_offset": 90, "gain_bits": 20, '
                       '"noise_bits": 9, "even_smoothing": 0.1, "odd_smoothing": 0.2, "least_remaining": 0.1, '
                       '"log_shift": 5, "scale": 0.1, "zero_point": -128, "truncate": true}'),
        ("mfcc.json", '{"frontend": "mfcc-mlperf", "coefficients": 13, "frames": 3, "floor": 1e-5}'),
        ("logmel.json", '{"frontend": "logmel", "sample_rate": 8000, "window_ms": 32, "hop_ms": 16, "bands": 20, '
                        '"low_hz": 100, "high_hz": 3900}'),
        ("wake.json", '{"frontend": "logmel", "hop_ms": 10, "wake": {"rise_db": 10, "least_db": -60, "noise_ms": 500, '
                      '"hold_ms": 100, "keep_ms": 50}}'),
        ("least.json", '{"frontend": "logmel", "window_ms": 2, "hop_ms": 1, "bands": 4, "floor": 0, "scale": 0.001}'),
        ("most.json", '{"frontend": "logmel", "window_ms": 128, "hop_ms": 128, "bands": 64, "floor": 1000}'),
        ("long.json", '{"frontend": "mfcc-mlperf", "window_ms": 128, "bands": 64, "coefficients": 64, "frames": 1, '
                      '"high_hz": 8000}'),
    ):
        write("sound", name, text.encode())


def operator_seeds() -> None:
    for operator, generators in GENERATORS.items():
        for dtype, generator in generators.items():
            models = []
            for trial in range(TRIES):
                sketch = Sketch(Draw([trial]), dtype.split("-")[0])
                generator(sketch)
                models.append(sketch.case().model)
            smallest = min(models, key=len)
            if len(smallest) <= LARGEST:
                write("tflite", f"{operator.lower()}_{dtype}", smallest)


def dense_layer() -> schema.ModelT:
    """A fully connected layer with 4x8 int8 weights, as an object to change."""
    model = Model()
    graph = model.subgraph()
    x = graph.input("x", (1, 8), "int8", 0.1, 0)
    weights = graph.constant("weights", np.arange(32, dtype=np.int8).reshape(4, 8), 0.05, 0)
    bias = graph.constant("bias", np.arange(4, dtype=np.int32), 0.005, 0)
    y = graph.output("y", (1, 4), "int8", 0.2, 3)
    graph.operator("FULLY_CONNECTED", [x, weights, bias], [y])
    return schema.ModelT.InitFromPackedBuf(model.build(), 0)


def pack(model: schema.ModelT) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def sparse() -> bytes:
    """The weights as rows of their non-zero columns."""
    model = dense_layer()
    tensor = model.subgraphs[0].tensors[1]
    rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
    rows.format, rows.denseSize = schema.DimensionType.DENSE, 4
    columns.format = schema.DimensionType.SPARSE_CSR
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Int32Vector
    columns.arraySegments, columns.arrayIndices = schema.Int32VectorT(), schema.Int32VectorT()
    columns.arraySegments.values = np.array([0, 2, 3, 3, 5], np.int32)
    columns.arrayIndices.values = np.array([1, 7, 0, 2, 3], np.int32)
    tensor.sparsity = schema.SparsityParametersT()
    tensor.sparsity.traversalOrder = np.array([0, 1], np.int32)
    tensor.sparsity.dimMetadata = [rows, columns]
    model.buffers[tensor.buffer].data = np.array([1, -2, 3, -4, 5], np.int8).view(np.uint8)
    return pack(model)


def external() -> bytes:
    """The weights behind the flatbuffer."""
    model = dense_layer()
    buffer = model.buffers[model.subgraphs[0].tensors[1].buffer]
    data, buffer.data = bytes(np.asarray(buffer.data, np.uint8)), None
    buffer.offset, buffer.size = 1 << 20, len(data)
    buffer.offset = len(pack(model))
    return pack(model) + data


def dynamic_batch() -> bytes:
    model = dense_layer()
    for tensor in (0, 3):
        table = model.subgraphs[0].tensors[tensor]
        table.shapeSignature = np.array([-1, table.shape[1]], np.int32)
    return pack(model)


def signature() -> bytes:
    """Names for the input and the output."""
    model = dense_layer()
    table = schema.SignatureDefT()
    table.signatureKey, table.subgraphIndex = "serve", 0
    table.inputs, table.outputs = [schema.TensorMapT()], [schema.TensorMapT()]
    table.inputs[0].name, table.inputs[0].tensorIndex = "in", 0
    table.outputs[0].name, table.outputs[0].tensorIndex = "out", 3
    model.signatureDefs = [table]
    return pack(model)


def unsupported() -> bytes:
    """A custom operator behind a builtin one that zerre does not have."""
    model = dense_layer()
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = "Strange"
    model.operatorCodes.append(code)
    node = schema.OperatorT()
    node.opcodeIndex, node.inputs, node.outputs = 1, np.array([3], np.int32), np.array([4], np.int32)
    tensor = schema.TensorT()
    tensor.name, tensor.shape = "z", np.array([1, 4], np.int32)
    model.subgraphs[0].tensors.append(tensor)
    model.subgraphs[0].operators.append(node)
    model.subgraphs[0].outputs = np.array([4], np.int32)
    return pack(model)


def npy(array: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def array_seeds() -> None:
    for dtype in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split():
        write("npy", f"{dtype}.npy", npy(np.arange(3).astype(dtype)))
    write("npy", "big_endian.npy", npy(np.arange(6, dtype=">i4").reshape(2, 3)))
    write("npy", "fortran.npy", npy(np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3))))
    write("npy", "scalar.npy", npy(np.array(1.5, "f4")))
    write("npy", "empty.npy", npy(np.zeros((0, 3), "i2")))
    write("npy", "rank8.npy", npy(np.zeros((1,) * 8, "u1")))
    write("npy", "version2.npy", npy(np.arange(3), (2, 0)))
    write("npy", "version3.npy", npy(np.arange(3), (3, 0)))
    for name, save in ("stored", np.savez), ("deflated", np.savez_compressed):
        file = io.BytesIO()
        save(file, x=np.arange(6, dtype="i1").reshape(2, 3), y=np.float32(1))
        write("npy", f"{name}.npz", file.getvalue())


operator_seeds()
for special in sparse, external, dynamic_batch, signature, unsupported:
    write("tflite", f"special_{special.__name__}", special())
array_seeds()
sound_seeds()
