"""NumPy's files without NumPy: .npy and .npz in and out, elements as Python numbers."""

from __future__ import annotations

import ast
import io
import math
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CODES = {
    "bool": "?", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I",
    "int64": "q", "uint64": "Q", "float16": "e", "float32": "f", "float64": "d",
}
"""The struct module's letter for each type that an array can have."""

KINDS = {"bool": "b", "int": "i", "uint": "u", "float": "f"}

MAGIC = b"\x93NUMPY"


@dataclass
class Array:
    """Elements in C order, little-endian, as they lie in the file."""

    type: str
    shape: tuple[int, ...]
    data: bytes

    def values(self) -> list[float]:
        count = len(self.data) // element_bytes(self.type)
        return list(struct.unpack(f"<{count}{CODES[self.type]}", self.data))

    def sample(self, index: int) -> bytes:
        """The bytes along the first axis."""
        size = len(self.data) // self.shape[0]
        return self.data[index * size : (index + 1) * size]


def element_bytes(type_name: str) -> int:
    return struct.calcsize("<" + CODES[type_name])


def array(type_name: str, shape: Sequence[int], values: Sequence[float]) -> Array:
    """An array of given elements."""
    assert math.prod(shape) == len(values), f"{len(values)} values for the shape {shape}"
    return Array(type_name, tuple(shape), struct.pack(f"<{len(values)}{CODES[type_name]}", *values))


def descr(type_name: str, order: str = "<") -> str:
    """NumPy's name: '<f4'."""
    size = element_bytes(type_name)
    return f"{'|' if size == 1 else order}{KINDS[type_name.rstrip('0123456789')]}{size}"


def npy(content: Array, order: str = "<", fortran: bool = False) -> bytes:
    """The bytes of an .npy file; order '>' stores big-endian."""
    size, data = element_bytes(content.type), content.data
    if order == ">":
        data = b"".join(data[at : at + size][::-1] for at in range(0, len(data), size))
    header = f"{{'descr': '{descr(content.type, order)}', 'fortran_order': {fortran}, 'shape': {content.shape}, }}"
    padding = -(len(MAGIC) + 4 + len(header) + 1) % 64
    text = (header + " " * padding + "\n").encode()
    return MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text + data


def npz(contents: dict[str, Array], compress: bool = False) -> bytes:
    """The bytes of an .npz file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy(content))
    return file.getvalue()


def parse_npy(data: bytes) -> Array:
    """Reads what zerre and NumPy write: version 1, little-endian, C order."""
    assert data[:8] == MAGIC + b"\1\0", "not an .npy file of version 1.0"
    (length,) = struct.unpack_from("<H", data, 8)
    header = ast.literal_eval(data[10 : 10 + length].decode())
    assert not header["fortran_order"]
    names = {descr(name): name for name in CODES}
    content = Array(names[header["descr"]], header["shape"], data[10 + length :])
    assert len(content.data) == math.prod(content.shape) * element_bytes(content.type), "elements are missing"
    return content


def parse(data: bytes) -> dict[str, Array]:
    """The arrays of an .npz by name, in the file's order; that of an .npy under the name ''."""
    if data[:2] != b"PK":
        return {"": parse_npy(data)}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.removesuffix(".npy"): parse_npy(archive.read(name)) for name in archive.namelist()}


def load(path: Path) -> dict[str, Array]:
    return parse(path.read_bytes())
