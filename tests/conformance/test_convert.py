"""zerre convert: the file that comes out is the model that went in, for LiteRT and for whoever reads the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tflite

import models
import schema_view
import zerre
from oracle import LocalOracle, Refused

SAMPLES = 4
ALIGNMENT = 16
FORCED = "hostile"
"""Files that are damaged on purpose; tests/hostile looks after them."""

OWN = sorted((zerre.ROOT / "tests" / "models").glob("*.tflite")) + sorted(zerre.ROOT.glob("models/*/*.tflite"))


def shared_models() -> list[Path]:
    """Every file that looks like a .tflite, whether zerre supports it or not."""
    files = [path for path in models.MODELS.rglob("*") if path.suffix in (".tflite", ".bin", ".lite")]
    return sorted(path for path in files if FORCED not in path.parts)


PATHS = OWN + shared_models()


def path_id(path: Path) -> str:
    root = models.MODELS if path.is_relative_to(models.MODELS) else zerre.ROOT
    return str(path.relative_to(root))


def converted(path: Path, folder: Path) -> Path:
    """The converted file; a model that zerre does not support is skipped, when check refuses it as well."""
    output = folder / "out.tflite"
    try:
        zerre.execute(["convert", path, "-o", output])
    except zerre.Failed as failed:
        with pytest.raises(zerre.Failed):
            zerre.execute(["check", path])
        assert not output.exists()
        pytest.skip(f"not supported: {str(failed)[:120]}")
    return output


def printable(name: bytes | None) -> bytes:
    """As zerre keeps names, which go to terminals and into comments of C."""
    return bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in name or b"")


def same_tensor(before: dict[str, Any], after: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    """`old` and `new` are the models to which they belong."""
    assert printable(before["Name"]) == (after["Name"] or b"")
    assert (before["Type"], before["Shape"]) == (after["Type"], after["Shape"])
    first, second = before["Quantization"] or {}, after["Quantization"] or {}
    assert first.get("Scale", []) == second.get("Scale", [])
    if first.get("Scale"):
        zeros = first["ZeroPoint"] or [0]
        count = len(first["Scale"])
        assert (zeros * count if len(zeros) == 1 else zeros) == second["ZeroPoint"]
        if count > 1 and len(after["Shape"]) > 1:
            assert first["QuantizedDimension"] == second["QuantizedDimension"]
    if before["Sparsity"] is None and before["Type"] != tflite.TensorType.STRING:
        assert old["Buffers"][before["Buffer"]]["Data"] == new["Buffers"][after["Buffer"]]["Data"]


def operators(model: dict[str, Any], graph: dict[str, Any]) -> list[Any]:
    """The operators of a graph without the order in which they stand, options with their defaults."""
    codes = [max(code["BuiltinCode"], code["DeprecatedBuiltinCode"]) for code in model["OperatorCodes"]]
    found = []
    for node in graph["Operators"]:
        options = node["BuiltinOptions"]
        found.append((codes[node["OpcodeIndex"]], node["Inputs"], node["Outputs"], options))
    return sorted(found, key=lambda item: (item[2], item[0], item[1]))


def same_options(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    if after is None:
        assert before is None or set(before) == {"kind"}
    else:
        assert (before or schema_view.defaults(after["kind"])) == after


def ports(model: dict[str, Any]) -> list[Any]:
    return [
        (signature["SignatureKey"], signature["SubgraphIndex"], *(
            sorted((item["Name"], item["TensorIndex"]) for item in signature[side]) for side in ("Inputs", "Outputs")
        ))
        for signature in model["SignatureDefs"]
    ]


def same_model(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert len(old["Subgraphs"]) == len(new["Subgraphs"])
    for before, after in zip(old["Subgraphs"], new["Subgraphs"], strict=True):
        assert (before["Inputs"], before["Outputs"]) == (after["Inputs"], after["Outputs"])
        assert printable(before["Name"]) == (after["Name"] or b"")
        for pair in zip(before["Tensors"], after["Tensors"], strict=True):
            same_tensor(*pair, old, new)
        for first, second in zip(operators(old, before), operators(new, after), strict=True):
            assert first[:3] == second[:3]
            same_options(first[3], second[3])
    assert ports(old) == ports(new)


def check_form(data: bytes, new: dict[str, Any]) -> None:
    """What readers rely on beside the content."""
    assert new["Version"] == 3
    assert new["Buffers"][0]["Data"] == []
    for code in new["OperatorCodes"]:
        assert code["DeprecatedBuiltinCode"] == min(code["BuiltinCode"], 127)
        assert code["Version"] >= 1
    contents = [tuple(buffer["Data"]) for buffer in new["Buffers"]]
    assert len(set(contents)) == len(contents)
    (metadata,) = new["Metadata"]
    runtime = bytes(new["Buffers"][metadata["Buffer"]]["Data"])
    assert metadata["Name"] == b"min_runtime_version"
    assert len(runtime) == 16 and runtime.rstrip(b"\0").count(b".") == (2 if new["OperatorCodes"] else 0)
    model = tflite.Model.GetRootAs(data)
    for index in range(1, model.BuffersLength()):
        table = model.Buffers(index)._tab
        assert table.Vector(table.Offset(4)) % ALIGNMENT == 0


@pytest.mark.parametrize("path", PATHS, ids=path_id)
def test_fields(path: Path, tmp_path: Path) -> None:
    output = converted(path, tmp_path)
    data = output.read_bytes()
    new = schema_view.model(data)
    check_form(data, new)
    same_model(schema_view.model(path.read_bytes()), new)
    assert output.read_bytes() == converted(path, tmp_path).read_bytes()


def samples(model: models.Interface) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [models.random_inputs(tensor, SAMPLES, random) for tensor in model.inputs]


@pytest.mark.parametrize("path", PATHS, ids=path_id)
def test_answers(path: Path, oracle: LocalOracle, tmp_path: Path) -> None:
    """LiteRT's and zerre's answers, bit for bit."""
    output = converted(path, tmp_path)
    model = models.interface(path.read_bytes())
    if not model.inputs or any(tensor.dtype == "string" for tensor in model.inputs):
        pytest.skip("has no input of numbers")
    inputs = samples(model)
    named = {f"input_{index}": array for index, array in enumerate(inputs)}
    before = zerre.run(tmp_path, path, named, model.outputs)
    assert [array.tobytes() for array in before] == [
        array.tobytes() for array in zerre.run(tmp_path, output, named, model.outputs)
    ]
    try:
        expected = oracle.run("litert", path.read_bytes(), inputs, model.outputs)
    except Refused as refused:
        pytest.skip(f"LiteRT does not run the original: {str(refused)[:120]}")
    actual = oracle.run("litert", output.read_bytes(), inputs, model.outputs)
    assert [array.tobytes() for array in expected] == [array.tobytes() for array in actual]
