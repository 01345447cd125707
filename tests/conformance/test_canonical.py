"""The float model as the quantizer takes it (zerre convert --canonical): LiteRT's answers stay, within float rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import models
import schema_view
import zerre
from builder import Model
from oracle import LocalOracle, Refused
from test_convert import OWN, path_id, samples, shared_models

TOLERANCE = 1e-5
"""Of the greatest value of an output, or of 1."""


def is_float(path: Path) -> bool:
    try:
        inputs = models.interface(path.read_bytes()).inputs
    except Exception:  # a file that is none; test_convert.py looks after them
        return False
    return bool(inputs) and all(tensor.dtype == "float32" for tensor in inputs)


PATHS = [path for path in OWN + shared_models() if is_float(path)]


def nodes(data: bytes) -> int:
    return len(schema_view.model(data)["Subgraphs"][0]["Operators"])


def canonical(path: Path, folder: Path) -> bytes:
    output = folder / "canonical.tflite"
    zerre.execute(["convert", path, "--canonical", "-o", output])
    return output.read_bytes()


def assert_close(oracle: LocalOracle, before: bytes, after: bytes, inputs: list[np.ndarray]) -> None:
    outputs = models.interface(before).outputs
    expected = oracle.run("litert", before, inputs, outputs)
    for old, new in zip(expected, oracle.run("litert", after, inputs, outputs), strict=True):
        if old.dtype.kind != "f":
            np.testing.assert_array_equal(old, new)
            continue
        bound = TOLERANCE * max(1, np.abs(old[np.isfinite(old)]).max(initial=0))
        np.testing.assert_allclose(new, old, rtol=0, atol=bound)


@pytest.mark.parametrize("path", PATHS, ids=path_id)
def test_answers_stay(path: Path, oracle: LocalOracle, tmp_path: Path) -> None:
    try:
        after = canonical(path, tmp_path)
    except zerre.Failed:
        with pytest.raises(zerre.Failed):
            zerre.execute(["check", path])
        pytest.skip("not supported")
    before = path.read_bytes()
    try:
        assert_close(oracle, before, after, samples(models.interface(before)))
    except Refused as refused:
        pytest.skip(f"LiteRT refuses it: {refused}")


@pytest.mark.parametrize("seed", range(8))
def test_batch_normalization_is_in_the_weights(seed: int, oracle: LocalOracle, tmp_path: Path) -> None:
    """A layer, then a factor and an addend for each channel, and RELU: one operator."""
    random = np.random.default_rng(seed)
    model = Model()
    graph = model.subgraph()
    h, w, c, n = 7, 5, int(random.integers(1, 5)), int(random.integers(1, 6))
    depthwise = bool(seed % 2)
    channels = c if depthwise else n
    normal = lambda *shape: random.standard_normal(shape).astype(np.float32)  # noqa: E731
    x = graph.input("x", (1, h, w, c), "float32")
    y, scaled, moved = (graph.tensor(name, (1, h, w, channels), "float32") for name in ("y", "scaled", "moved"))
    out = graph.output("out", (1, h, w, channels), "float32")
    shape = (1, 3, 3, c) if depthwise else (n, 3, 3, c)
    inputs = [x, graph.constant("weights", normal(*shape)), graph.constant("bias", normal(channels))]
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1}
    if depthwise:
        options["depth_multiplier"] = 1
    graph.operator("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", inputs, [y], **options)
    graph.operator("MUL", [y, graph.constant("gamma", normal(channels))], [scaled])
    graph.operator("ADD", [scaled, graph.constant("beta", normal(channels))], [moved])
    graph.operator("RELU", [moved], [out])
    path = tmp_path / "model.tflite"
    path.write_bytes(model.build())
    after = canonical(path, tmp_path)
    assert (nodes(path.read_bytes()), nodes(after)) == (4, 1)
    assert_close(oracle, path.read_bytes(), after, [normal(4, h, w, c)])
