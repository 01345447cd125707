#!/usr/bin/env python3
"""Writes the .npy and .npz files beside it with NumPy itself. Run again only to add files."""

import io
import os
import warnings
import zipfile

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
TYPES = "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split()


def values(dtype):
    """-3, -2, ... 2 in 2x3; unsigned wraps, bool is value != 0."""
    return np.arange(-3, 3).reshape(2, 3).astype(dtype)


# numpy_types.npz: every type in both byte orders: members "<f4", ">f4".
np.savez_compressed(
    "numpy_types.npz",
    **{order + t: values(np.dtype(t)).astype(order + t) for t in TYPES for order in "<>"},
)

# numpy_ranks.npz: "r0" ... "r8" with 1, 2, ... elements along the axes in turn, not compressed.
np.savez(
    "numpy_ranks.npz",
    **{f"r{r}": np.arange(2**r, dtype="i2").reshape((2,) * r) for r in range(9)},
    empty=np.zeros((0, 3), "f4"),
)

# One array in every format version.
for version in 1, 2, 3:
    with open(f"numpy_v{version}.npy", "wb") as f:
        np.lib.format.write_array(f, np.arange(6, dtype="f4").reshape(2, 3), version=(version, 0))

np.save("numpy_scalar.npy", np.int8(-7))
np.save("numpy_line.npy", np.arange(5, dtype="u1"))
np.save("fortran.npy", np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3)))
np.save("structured.npy", np.zeros(2, dtype=[("x", "f4"), ("y", "i2")]))
np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
np.save("text.npy", np.array(["ab"]))
np.save("complex.npy", np.zeros(2, "c8"))

# .npz files for damage, and those that are refused.
np.savez_compressed("numpy_small.npz", x=np.arange(6, dtype=">i2"), flag=np.bool_(True))


def npy(array):
    f = io.BytesIO()
    np.save(f, array)
    return f.getvalue()


def write_zip(name, *members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(name, "w", method) as z, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # twice.npz has one name twice
        for member, content in members:
            z.writestr(zipfile.ZipInfo(member), content, method)


X = npy(np.arange(3, dtype="u1"))
write_zip("empty.npz")
write_zip("other.npz", ("readme.txt", b"no array"), (".np", b""))
write_zip("not_npy.npz", ("x.npy", b"no array"))
write_zip("twice.npz", ("x.npy", X), ("x.npy", X))
write_zip("bzip2.npz", ("x.npy", X), method=zipfile.ZIP_BZIP2)
write_zip("checksum.npz", ("x.npy", X))
write_zip("bomb.npz", ("x.npy", X), method=zipfile.ZIP_DEFLATED)
for name in "checksum.npz", "bomb.npz":
    with open(name, "r+b") as f:
        content = f.read()
        if name == "checksum.npz":  # the last element, before the directory
            f.seek(content.index(b"PK\1\2") - 1)
            f.write(b"\xff")
        else:  # the unpacked size, in the member's header and in the directory
            for signature, offset in (b"PK\3\4", 22), (b"PK\1\2", 24):
                f.seek(content.index(signature) + offset)
                f.write((2**30).to_bytes(4, "little"))
