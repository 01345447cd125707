"""Wake words of the microWakeWord project, from sound to probability, on the recordings of ../shared: every answer is
TensorFlow Lite Micro's and LiteRT's on features of pymicro-features, and each word is heard where it is said.

Two programs run these models and scale features to int8 differently: pymicro-wakeword by the scale of the model's input,
26/255, and ESPHome by integers, (256 * feature + 333) / 666 - 128. Both are tried.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import models
import zerre
from oracle import LocalOracle
from test_frontend import features, original_micro

RECORDINGS = models.DATA / "wakeword"
WAKEWORDS = models.MODELS / "microwakeword"

WORDS = {"alexa": "alexa", "computer": "computer", "hey_jarvis": "hey_jarvis", "okay_nabu": "okay_nabu",
         "okay_nabu_pymicro": "okay_nabu"}
"""Each model and the folder of recordings in which its word is said."""

OTHERS = ["computer/hey_peppa_pig.wav"]
"""Recordings beside those in which it is not."""

COMPUTER = {"probability_cutoff": 0.97, "sliding_window_size": 5}
"""What the other models have in a file beside them."""

MISTAKES = {"computer": ["hey_jarvis/1.wav", "hey_jarvis/3.wav", "okay_nabu/3.wav"]}
"""Where a model hears its word and it is not said: so it does by every engine."""

ESPHOME_SCALE = 666 / 256 / 25.6
"""As a real number: a feature is divided by 25.6 and then by this."""

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="skipped: ../shared not here")


def sound_model(folder: Path, name: str, **description: object) -> Path:
    """The model as a folder."""
    path = folder / name
    path.mkdir()
    shutil.copy(WAKEWORDS / f"{name}.tflite", path / "model.tflite")
    (path / "frontend.json").write_text(json.dumps({"frontend": "micro", **description}))
    return path


def recordings() -> list[Path]:
    return sorted(RECORDINGS.rglob("*.wav"))


def is_said(name: str, recording: Path) -> bool:
    return recording.parent.name == WORDS[name] and str(recording.relative_to(RECORDINGS)) not in OTHERS


def raw_features(recording: Path) -> np.ndarray:
    """Frames of 40 numbers, as pymicro-features gives them."""
    soundfile = pytest.importorskip("soundfile")
    samples, rate = soundfile.read(recording, dtype="int16")
    assert rate == 16000 and samples.ndim == 1
    return original_micro(samples)


def as_pymicro_wakeword(model: models.Tensor, frames: np.ndarray) -> np.ndarray:
    return np.clip(np.round(frames.astype(np.float64) / model.scale + model.zero_point), -128, 127).astype(np.int8)


def as_esphome(_: models.Tensor, frames: np.ndarray) -> np.ndarray:
    whole = np.round(frames * 25.6).astype(np.int64)
    return np.clip((whole * 256 + 333) // 666 - 128, -128, 127).astype(np.int8)


SCALINGS = {
    "pymicro-wakeword": (as_pymicro_wakeword, {}),
    "esphome": (as_esphome, {"scale": ESPHOME_SCALE, "zero_point": -128, "keep_scale": True}),
}
"""The rule, and the description of the front end that follows it."""


def inferences(model: models.Tensor, frames: np.ndarray) -> np.ndarray:
    """As many frames at a time as the model takes; the rest is dropped."""
    count = len(frames) // model.shape[1]
    return frames[: count * model.shape[1]].reshape(count, *model.shape[1:])


def probabilities(folder: Path, recording: Path, command: str = "run", *rest: str) -> np.ndarray:
    zerre.execute([command, folder, *rest, "--input", recording, "--output", folder / "y.npy"])
    return np.load(folder / "y.npy").ravel()


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("name", WORDS)
def test_every_answer(name: str, scaling: str, oracle: LocalOracle, tmp_path: Path) -> None:
    """Bit for bit, the state carried through each recording and begun anew for the next."""
    rule, description = SCALINGS[scaling]
    folder = sound_model(tmp_path, name, **description)
    model = (folder / "model.tflite").read_bytes()
    interface = models.interface(model)
    for recording in recordings():
        frames = rule(interface.inputs[0], raw_features(recording))
        np.testing.assert_array_equal(features(str(folder), [recording], tmp_path / "x.npy"), frames)
        found = probabilities(folder, recording)
        assert len(found) == len(frames) // interface.inputs[0].shape[1] > 0
        for engine in ("tflm", "litert"):
            expected = oracle.run(engine, model, [inferences(interface.inputs[0], frames)], 1)[0]
            np.testing.assert_array_equal(found, expected.ravel(), f"{recording.name} by {engine}")


def loudest(probability: np.ndarray, window: int) -> float:
    """The greatest mean of so many probabilities in a row."""
    means = np.convolve(probability / 256, np.ones(window) / window, "valid")
    return float(means.max()) if len(probability) >= window else 0.0


@pytest.mark.parametrize("name", WORDS)
def test_the_word_is_heard_where_it_is_said(name: str, tmp_path: Path) -> None:
    """Of all recordings, in those with its word and in no other but where the model itself is mistaken."""
    folder = sound_model(tmp_path, name)
    beside = WAKEWORDS / f"{WORDS[name]}.json"
    rule = json.loads(beside.read_text())["micro"] if beside.exists() else COMPUTER
    for recording in recordings():
        heard = loudest(probabilities(folder, recording), rule["sliding_window_size"])
        said = str(recording.relative_to(RECORDINGS))
        print(f"{name:18} {said:26} {heard:.4f}")
        expected = is_said(name, recording) or said in MISTAKES.get(name, [])
        assert (heard > rule["probability_cutoff"]) == expected, said


@pytest.mark.qemu
@pytest.mark.parametrize("name", WORDS)
def test_the_chip_gives_the_same(name: str, tmp_path: Path) -> None:
    folder = sound_model(tmp_path, name)
    recording = next(path for path in recordings() if is_said(name, path))
    here = probabilities(folder, recording)
    chip = probabilities(folder, recording, "bench", "--target", "cortex-m4")
    np.testing.assert_array_equal(chip, here)
