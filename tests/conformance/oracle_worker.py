"""Runs models for oracle.py in a process of its own, since a kernel that meets what it dislikes may abort.

Requests arrive on standard input and answers leave on standard output, pickled, each after its length. A request is
(engine, model, inputs, number of outputs), the inputs as arrays whose first axis is the sample; an answer is
(True, outputs) or (False, what the engine said).
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
import tempfile
from typing import Any, BinaryIO

import numpy as np

ARENA_BYTES = 64 << 20


class Tflm:
    """TensorFlow Lite Micro behind the three calls that the worker needs."""

    def __init__(self, model: bytes) -> None:
        from tflite_micro import runtime

        self._interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)

    def invoke(self, inputs: list[np.ndarray]) -> None:
        for index, value in enumerate(inputs):
            shape = self._interpreter.get_input_details(index)["shape"]
            self._interpreter.set_input(value.reshape(shape), index)
        self._interpreter.invoke()

    def output(self, index: int) -> np.ndarray:
        shape = self._interpreter.get_output_details(index)["shape"]
        return np.array(self._interpreter.get_output(index)).reshape(shape)


class LiteRt:
    """LiteRT with its reference kernels, behind the same calls."""

    def __init__(self, model: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._interpreter = Interpreter(
            model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        self._interpreter.allocate_tensors()

    def invoke(self, inputs: list[np.ndarray]) -> None:
        for detail, value in zip(self._interpreter.get_input_details(), inputs, strict=True):
            self._interpreter.set_tensor(detail["index"], value.reshape(detail["shape"]))
        self._interpreter.invoke()

    def output(self, index: int) -> np.ndarray:
        detail = self._interpreter.get_output_details()[index]
        return np.array(self._interpreter.get_tensor(detail["index"]))


ENGINES = {"tflm": Tflm, "litert": LiteRt}


def stack(samples: list[np.ndarray]) -> np.ndarray:
    """Joins samples along the first axis: it replaces a leading 1, and is put in front of anything else."""
    if samples[0].ndim and samples[0].shape[0] == 1:
        return np.concatenate(samples)
    return np.stack(samples)


def run(engine: str, model: bytes, inputs: list[np.ndarray], output_count: int) -> list[np.ndarray]:
    """The outputs of one model, its state carried from sample to sample."""
    interpreter = ENGINES[engine](model)
    outputs: list[list[np.ndarray]] = [[] for _ in range(output_count)]
    for sample in range(len(inputs[0])):
        interpreter.invoke([array[sample] for array in inputs])
        for index in range(output_count):
            outputs[index].append(interpreter.output(index))
    return [stack(samples) for samples in outputs]


def receive(stream: BinaryIO) -> Any:
    """The next message, or None at the end."""
    header = stream.read(8)
    if len(header) < 8:
        return None
    (length,) = struct.unpack("<Q", header)
    return pickle.loads(stream.read(length))


def send(stream: BinaryIO, message: Any) -> None:
    data = pickle.dumps(message)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def main() -> None:
    """Answers requests until standard input ends, keeping what the engines print out of the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    log = tempfile.TemporaryFile()
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    while (request := receive(sys.stdin.buffer)) is not None:
        log.seek(0)
        log.truncate()
        try:
            answer = (True, run(*request))
        except (RuntimeError, ValueError) as error:
            log.seek(0)
            answer = (False, f"{error}\n{log.read().decode(errors='replace')}")
        send(answers, answer)


if __name__ == "__main__":
    main()
