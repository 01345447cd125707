"""Sound files for tests, and what zerre makes of them."""

from __future__ import annotations

import math
import struct

import arrays
from arrays import Array
from frame import Case


def wav(samples: list[int], rate: int = 16000, channels: int = 1) -> bytes:
    """A file of 16-bit samples, those of the channels in turn."""
    data = struct.pack(f"<{len(samples)}h", *samples)
    form = struct.pack("<HHIIHH", 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    return riff(form, data)


def float_wav(values: list[float], rate: int = 16000) -> bytes:
    form = struct.pack("<HHIIHH", 3, 1, rate, 4 * rate, 4, 32)
    return riff(form, struct.pack(f"<{len(values)}f", *values))


def riff(form: bytes, data: bytes) -> bytes:
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def tone(hertz: float, seconds: float, rate: int = 16000, size: int = 10000) -> list[int]:
    return [round(size * math.sin(2 * math.pi * hertz * i / rate)) for i in range(round(seconds * rate))]


class SoundCase(Case):
    def features(self, frontend: object, *files: object) -> Array:
        self.succeeds("features", "-f", frontend, *files, "-o", self.folder / "x.npy")
        return arrays.load(self.folder / "x.npy")[""]
