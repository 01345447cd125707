"""What the right answer is: TensorFlow Lite Micro's, or LiteRT's where that has no such kernel.

The table says which operators and types TFLite Micro does not have, and how that shows; for them LiteRT's reference
kernels decide. It was found by trying all of them in both.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

import oracle_worker

LITERT = {
    "RELU_N1_TO_1:int8": "not among TFLite Micro's operators",
    "RELU_N1_TO_1:float32": "not among TFLite Micro's operators",
    "DEQUANTIZE:float16": "TFLite Micro takes int8, int16 and uint8 only",
    "REDUCE_MAX:int16": "TFLite Micro takes int8 and float32 only",
    "MIRROR_PAD:int16": "TFLite Micro takes int8 and float32 only",
    "RESIZE_BILINEAR:int16": "TFLite Micro takes int8 and float32 only",
    "ARG_MAX:int8-int64": "TFLite Micro gives int32 indices only",
    "ARG_MAX:float32-int64": "TFLite Micro gives int32 indices only",
    "STRIDED_SLICE:int8-masked": "TFLite Micro does not look at ellipsis_mask and new_axis_mask",
    "STRIDED_SLICE:float32-masked": "TFLite Micro does not look at ellipsis_mask and new_axis_mask",
}


def engine_for(target: str) -> str:
    """The engine that decides for OPERATOR:type."""
    return "litert" if target in LITERT else "tflm"


class Refused(Exception):
    """The engine would not run the model; its words are the message."""


class Oracle:
    """One engine process, started at the first question and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, engine: str, model: bytes, inputs: list[np.ndarray], outputs: int) -> list[np.ndarray]:
        """The model's outputs, sample axis first. Raises Refused when the engine says no or dies."""
        if self._process is None:
            self._process = start_worker()
        try:
            oracle_worker.send(self._process.stdin, (engine, model, inputs, outputs))
            answer = oracle_worker.receive(self._process.stdout)
        except BrokenPipeError:
            answer = None
        if answer is None:
            self.close()
            raise Refused(f"{engine} crashed")
        accepted, result = answer
        if not accepted:
            raise Refused(result)
        return result

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


def start_worker() -> subprocess.Popen[bytes]:
    script = Path(oracle_worker.__file__)
    return subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


class LocalOracle:
    """An Oracle for each thread, so that threads need not wait for each other."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._all: list[Oracle] = []

    def run(self, engine: str, model: bytes, inputs: list[np.ndarray], outputs: int) -> list[np.ndarray]:
        """As Oracle.run."""
        if not hasattr(self._local, "oracle"):
            self._local.oracle = Oracle()
            self._all.append(self._local.oracle)
        return self._local.oracle.run(engine, model, inputs, outputs)

    def close(self) -> None:
        """Ends all processes."""
        for oracle in self._all:
            oracle.close()
