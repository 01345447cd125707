"""The models that the suite runs whole, and where their inputs come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from case import limits, sample_shape
from zerre import ROOT

SHARED = ROOT.parent / "shared"
MODELS = SHARED / "models"
DATA = SHARED / "data"

KWS_SCALE, KWS_ZERO_POINT = 0.5847029089927673, 83
AD_FRAMES, AD_BANDS = 5, 128


def kws() -> np.ndarray:
    """The benchmark's features, as real numbers."""
    return (np.load(DATA / "kws01" / "x.npy").astype(np.float32) - KWS_ZERO_POINT) * np.float32(KWS_SCALE)


def bytes_of(name: str) -> np.ndarray:
    return np.load(DATA / name / "x.npy").astype(np.float32)


def cifar10() -> np.ndarray:
    """Pictures as the benchmark's model takes them: 0..255."""
    return bytes_of("cifar10")


def cifar10_unit() -> np.ndarray:
    """The same, 0..1."""
    return cifar10() / np.float32(255)


def vww() -> np.ndarray:
    """Photographs, 0..1."""
    return bytes_of("vww_coco") / np.float32(255)


def mnist() -> np.ndarray:
    """Handwritten digits, 0..1."""
    return bytes_of("mnist_test")[..., None] / np.float32(255)


def ad() -> np.ndarray:
    """Windows of five frames of a machine's log-mel spectrum."""
    spectrum = np.fromfile(DATA / "ad01_sample" / "normal_id_01_00000000_hist_librosa.bin", np.float32)
    frames = spectrum.reshape(-1, AD_BANDS)
    return np.stack([frames[start : start + AD_FRAMES].ravel() for start in range(len(frames) - AD_FRAMES + 1)])


def sww() -> np.ndarray:
    """Features of recordings with and without the wake word."""
    return np.load(DATA / "sww" / "calibration_samples.npz")["specs"].astype(np.float32)


Source = Callable[[], np.ndarray]

TABLE: dict[str, Source | None] = {
    "mlperf-tiny/ad_float.tflite": ad,
    "mlperf-tiny/ad_int8.tflite": ad,
    "mlperf-tiny/ad_keras_float.tflite": ad,
    "mlperf-tiny/ic_float.tflite": cifar10,
    "mlperf-tiny/ic_int8.tflite": cifar10,
    "mlperf-tiny/kws_float.tflite": kws,
    "mlperf-tiny/kws_int8.tflite": kws,
    "mlperf-tiny/sww_int8.tflite": sww,
    "mlperf-tiny/vww_float.tflite": vww,
    "mlperf-tiny/vww_int8.tflite": vww,
    "mlperf-tiny-submissions/aimet_ic.tflite": cifar10,
    "mlperf-tiny-submissions/aimet_kws.tflite": kws,
    "microwakeword/alexa.tflite": None,
    "microwakeword/computer.tflite": None,
    "microwakeword/hey_jarvis.tflite": None,
    "microwakeword/okay_nabu.tflite": None,
    "microwakeword/okay_nabu_pymicro.tflite": None,
    "tflm/hello_world_float.tflite": None,
    "tflm/hello_world_int8.tflite": None,
    "tflm/micro_speech_quantized.tflite": None,
    "tflm/person_detect.tflite": None,
    "tflm/simple_add_model.tflite": None,
    "tinyengine/detection.tflite": None,
    "tinymaix/cifar10_f.tflite": cifar10_unit,
    "tinymaix/mnist_arduino_q.tflite": mnist,
    "tinymaix/mnist_dw_q.tflite": mnist,
    "tinymaix/mnist_resnet_f.tflite": mnist,
    "tinymaix/mnist_valid_f.tflite": mnist,
    "tinymaix/mnist_valid_q.tflite": mnist,
    "tinymaix/vww96_f.tflite": vww,
    "tinymaix/vww96_q.tflite": vww,
}
"""Each model and its real data, or None for random inputs. The wake words of microwakeword keep state: their random
inputs are one long sequence, as all samples of a run are."""

INTEGER = [name for name in TABLE if "float" not in name and not name.endswith("_f.tflite")]
"""Those that have kernels of chips to try."""

EXCLUDED = {
    "mlperf-tiny/kws_dynamic_range.tflite": "CONV_2D with int8 weights and float activations: not in TFLite Micro",
    "tflm/audio_preprocessor_float.tflite": "CAST and the signal library's custom operators",
    "tflm/audio_preprocessor_int8.tflite": "CAST, DIV and the signal library's custom operators",
    "tflm/keyword_scrambled.tflite": "SVDF",
    "tflm/keyword_scrambled_8bit.tflite": "SVDF",
    "tflm/micro_speech_lstm.tflite": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "tflm/trained_lstm.tflite": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "tflm/trained_lstm_int8.tflite": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "tinyengine/ptq_mnist_lenet-300-100.tflite": "LOG_SOFTMAX",
    "tinymaix/mbnet128_0.25_q.tflite": "SHAPE",
}
"""The others in the same folders, and the operators for which they must wait."""

FOLDERS = ("mlperf-tiny", "mlperf-tiny-submissions", "microwakeword", "tflm", "tinyengine", "tinymaix")


@dataclass
class Tensor:
    """What the suite must know of a model's input."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


@dataclass
class Interface:
    """A model's inputs, and how many outputs it has."""

    inputs: list[Tensor]
    outputs: int


def interface(model: bytes) -> Interface:
    """Reads them from the file."""
    graph = schema.ModelT.InitFromPackedBuf(bytearray(model)).subgraphs[0]
    return Interface([tensor(graph.tensors[index]) for index in graph.inputs], len(graph.outputs))


def tensor(table: schema.TensorT) -> Tensor:
    types = {number: name.lower() for name, number in vars(schema.TensorType).items() if isinstance(number, int)}
    name = (table.name or b"").decode()
    shape = () if table.shape is None else tuple(int(size) for size in table.shape)
    parameters = table.quantization
    if parameters is None or parameters.scale is None:
        return Tensor(name, shape, types[table.type], 1.0, 0)
    return Tensor(name, shape, types[table.type], float(parameters.scale[0]), int(parameters.zeroPoint[0]))


def quantize(real: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Real numbers as the tensor's type holds them, halves rounded away from zero as QUANTIZE does."""
    if tensor.dtype == "float32":
        return real.astype(np.float32)
    low, high = limits(tensor.dtype)
    steps = real.astype(np.float32) / np.float32(tensor.scale)
    rounded = np.trunc(steps + np.copysign(np.float32(0.5), steps))
    return np.clip(rounded + tensor.zero_point, low, high).astype(tensor.dtype)


def real_inputs(source: Source, tensor: Tensor, count: int) -> np.ndarray:
    """So many samples of real data, from the beginning again when there are fewer."""
    data = source()
    chosen = data[np.arange(count) % len(data)]
    return quantize(chosen.reshape(sample_shape(tensor.shape, count)), tensor)


def random_inputs(tensor: Tensor, count: int, random: np.random.Generator) -> np.ndarray:
    """So many samples over the type's whole range."""
    shape = sample_shape(tensor.shape, count)
    if tensor.dtype == "float32":
        return random.normal(size=shape).astype(np.float32)
    low, high = limits(tensor.dtype)
    return random.integers(low, high, shape, tensor.dtype, endpoint=True)


def inputs(path: str, model: Interface, count: int, seed: int) -> list[np.ndarray]:
    """The samples for a model of the table."""
    source = TABLE[path]
    random = np.random.default_rng(seed)
    if source is None:
        return [random_inputs(tensor, count, random) for tensor in model.inputs]
    return [real_inputs(source, tensor, count) for tensor in model.inputs]


def golden_models() -> list[Path]:
    """The one-operator models of a speech codec that come with an input and the right output."""
    return sorted((MODELS / "seanet").glob("*/*.tflite"))


def golden_arrays(path: Path, pattern: str) -> list[np.ndarray]:
    """The .csv files beside a model, of the type that their names say."""
    files = sorted(path.parent.glob(f"{path.stem}_{pattern}*.csv"))
    return [np.loadtxt(file, delimiter=",", dtype=file.stem.rpartition("_")[2], ndmin=1) for file in files]
