"""A .tflite as plain Python values, read by the schema's own classes (PyPI package tflite).

    view(table) == {"Shape": [1, 8], "Type": 9, "Name": b"x" or None, "Quantization": {...} or None, ...}

Reads every field of a table and of all tables below it, so that a file with a bad offset cannot go unnoticed.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import flatbuffers
import tflite

OPTIONS = {number: name for name, number in vars(tflite.BuiltinOptions).items() if isinstance(number, int)}


def accessors(table: Any) -> list[str]:
    """The fields of a table: its methods but for those that say how long a list is or read it otherwise."""
    helpers = ("Length", "AsNumpy", "IsNone", "BufferHasIdentifier")
    names = [name for name, _ in inspect.getmembers(table, inspect.ismethod) if name[0].isupper()]
    return [name for name in names if not name.startswith("GetRootAs") and not name.endswith(helpers) and name != "Init"]


def union(table: Any) -> Any:
    """The options of an operator, by the kind that stands beside them."""
    name = OPTIONS[table.BuiltinOptionsType()]
    raw = table.BuiltinOptions()
    if name == "NONE" or raw is None:
        return None
    options = getattr(importlib.import_module(f"tflite.{name}"), name)()
    options.Init(raw.Bytes, raw.Pos)
    return {"kind": name, **view(options)}


def value(table: Any, name: str) -> Any:
    get = getattr(table, name)
    if hasattr(table, f"{name}AsNumpy"):
        return getattr(table, f"{name}AsNumpy")().tolist() if getattr(table, f"{name}Length")() else []
    if hasattr(table, f"{name}Length"):
        return [plain(get(index)) for index in range(getattr(table, f"{name}Length")())]
    return plain(get())


def plain(item: Any) -> Any:
    if hasattr(item, "_tab"):
        return view(item)
    return item or None if isinstance(item, bytes) else item


def view(table: Any) -> dict[str, Any]:
    """All fields of a table, those that are absent with the schema's defaults; no string is an empty one."""
    fields = {}
    for name in accessors(table):
        if name == "BuiltinOptions":
            fields[name] = union(table)
        elif name not in ("BuiltinOptions2", "Details"):
            fields[name] = value(table, name)
    return fields


def model(data: bytes) -> dict[str, Any]:
    assert tflite.Model.ModelBufferHasIdentifier(data, 0)
    return view(tflite.Model.GetRootAs(data))


def defaults(kind: str) -> dict[str, Any]:
    """What an absent options table of a kind stands for."""
    module = importlib.import_module(f"tflite.{kind}")
    builder = flatbuffers.Builder()
    builder.StartObject(0)
    builder.Finish(builder.EndObject())
    return {"kind": kind, **view(getattr(module, kind).GetRootAs(builder.Output()))}
