"""Whole models: zerre's answer against TensorFlow Lite Micro's, on the host and on an emulated chip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import models
import zerre
from case import sample_shape
from compare import difference
from oracle import LocalOracle

HOST_SAMPLES = 200
CHIP_SAMPLES = 5
TARGET = "cortex-m4"

OTHER_CHIPS = [("cortex-m55", "speed"), ("cortex-m55", "ram"), ("cortex-m4", "size")]
"""Chips and goals for which only integer models run, since floats have one kernel everywhere. "speed" is built with
-O2, the others with -Os."""
OTHER_SAMPLES = 2

GOLDEN_ONE_STEP_OFF = {"leaky_relu3", "leaky_relu18", "leaky_relu19"}
"""Goldens that TensorFlow Lite made: its multiplier is a product of float scales, TFLite Micro's of double ones, and
one to three elements in these differ by one step. TFLite Micro decides."""

needs_shared = pytest.mark.skipif(not models.SHARED.is_dir(), reason="skipped: ../shared not here")


def named(inputs: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"input_{index}": array for index, array in enumerate(inputs)}


@needs_shared
def test_every_model_is_listed() -> None:
    """A model that is neither run nor excluded with a reason was forgotten."""
    paths = [path for name in models.FOLDERS for path in (models.MODELS / name).glob("*.tflite")]
    files = {str(path.relative_to(models.MODELS)) for path in paths}
    assert files == set(models.TABLE) | set(models.EXCLUDED)


@needs_shared
@pytest.mark.parametrize("name", models.TABLE)
def test_host(name: str, oracle: LocalOracle, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = models.MODELS / name
    model = models.interface(path.read_bytes())
    inputs = models.inputs(name, model, HOST_SAMPLES, request.config.seed)
    expected = oracle.run("tflm", path.read_bytes(), inputs, model.outputs)
    actual = zerre.run(tmp_path, path, named(inputs), model.outputs)
    assert difference(expected, actual) is None


def check_chip(
    name: str, oracle: LocalOracle, folder: Path, seed: int, samples: int, target: str, goal: str = "speed"
) -> None:
    path = models.MODELS / name
    model = models.interface(path.read_bytes())
    inputs = models.inputs(name, model, samples, seed)
    expected = oracle.run("tflm", path.read_bytes(), inputs, model.outputs)
    actual = zerre.bench(folder, path, named(inputs), model.outputs, target, goal)
    assert difference(expected, actual) is None


@needs_shared
@pytest.mark.qemu
@pytest.mark.parametrize("name", models.TABLE)
def test_chip(name: str, oracle: LocalOracle, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    check_chip(name, oracle, tmp_path, request.config.seed, CHIP_SAMPLES, TARGET)


@needs_shared
@pytest.mark.qemu
@pytest.mark.parametrize(("target", "goal"), OTHER_CHIPS)
@pytest.mark.parametrize("name", models.INTEGER)
def test_other_chip(
    name: str, target: str, goal: str, oracle: LocalOracle, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    check_chip(name, oracle, tmp_path, request.config.seed, OTHER_SAMPLES, target, goal)


def golden(path: Path) -> tuple[models.Interface, list[np.ndarray], np.ndarray]:
    """A model's interface, its one sample, and the right answer, flat."""
    model = models.interface(path.read_bytes())
    flat = models.golden_arrays(path, "input")
    inputs = [
        array.reshape(sample_shape(tensor.shape, 1)) for array, tensor in zip(flat, model.inputs, strict=True)
    ]
    return model, inputs, models.golden_arrays(path, "golden")[0]


def golden_id(path: Path) -> str:
    return path.stem


@needs_shared
@pytest.mark.parametrize("path", models.golden_models(), ids=golden_id)
def test_golden(path: Path, oracle: LocalOracle, tmp_path: Path) -> None:
    model, inputs, expected = golden(path)
    if path.stem in GOLDEN_ONE_STEP_OFF:
        expected = oracle.run("tflm", path.read_bytes(), inputs, model.outputs)[0].ravel()
    (actual,) = zerre.run(tmp_path, path, named(inputs), model.outputs)
    assert difference([expected], [actual.ravel()]) is None


@needs_shared
@pytest.mark.parametrize("path", models.golden_models(), ids=golden_id)
def test_oracle_gives_golden(path: Path, oracle: LocalOracle) -> None:
    """The oracle is checked too: its wheel is a nightly build."""
    model, inputs, expected = golden(path)
    (actual,) = oracle.run("tflm", path.read_bytes(), inputs, model.outputs)
    most = 1 if path.stem in GOLDEN_ONE_STEP_OFF else 0
    assert np.abs(actual.ravel().astype(int) - expected).max() == most


@needs_shared
def test_inputs_by_name(oracle: LocalOracle, tmp_path: Path) -> None:
    """The members of an .npz may bear the tensors' names, in any order."""
    path = models.MODELS / "tflm" / "simple_add_model.tflite"
    model = models.interface(path.read_bytes())
    inputs = models.inputs("tflm/simple_add_model.tflite", model, CHIP_SAMPLES, seed=1)
    expected = oracle.run("tflm", path.read_bytes(), inputs, model.outputs)
    backwards = {tensor.name: array for tensor, array in reversed(list(zip(model.inputs, inputs, strict=True)))}
    assert difference(expected, zerre.run(tmp_path, path, backwards, model.outputs)) is None


BUNDLED = zerre.ROOT / "models" / "digits"

BUNDLED_RUNS = [
    ("digits_float.tflite", "samples_float_x.npy"),
    ("digits_int8.tflite", "samples_x.npy"),
    ("digits_int8.tflite", "samples_float_x.npy"),
]
"""The bundled models and samples for them; in the last one zerre must quantize what goes in."""


def bundled(name: str, samples: str, oracle: LocalOracle) -> tuple[Path, np.ndarray, list[np.ndarray]]:
    """A bundled model, its samples as they are in the file, and the answers for them."""
    path = BUNDLED / name
    (tensor,) = models.interface(path.read_bytes()).inputs
    array = np.load(BUNDLED / samples)
    stored = array if array.dtype.name == tensor.dtype else models.quantize(array, tensor)
    return path, array, oracle.run("tflm", path.read_bytes(), [stored], 1)


@pytest.mark.parametrize(("name", "samples"), BUNDLED_RUNS)
def test_bundled_host(name: str, samples: str, oracle: LocalOracle, tmp_path: Path) -> None:
    path, array, expected = bundled(name, samples, oracle)
    assert difference(expected, zerre.run(tmp_path, path, {"input_0": array}, 1)) is None


@pytest.mark.qemu
@pytest.mark.parametrize(("name", "samples"), BUNDLED_RUNS)
def test_bundled_chip(name: str, samples: str, oracle: LocalOracle, tmp_path: Path) -> None:
    path, array, expected = bundled(name, samples, oracle)
    few = [answer[:CHIP_SAMPLES] for answer in expected]
    assert difference(few, zerre.bench(tmp_path, path, {"input_0": array[:CHIP_SAMPLES]}, 1, TARGET)) is None
