"""Front ends against their originals, on the recordings of ../shared: pymicro-features and MLPerf Tiny's own features."""

from __future__ import annotations

import csv
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

import models
import zerre

DATA = models.SHARED / "data"
CHUNK = 160  # samples that pymicro-features takes at a time
BATCH = 500  # files that are given to one run of zerre


def features(frontend: str, files: list[Path], target: Path) -> np.ndarray:
    command = [zerre.binary(), "features", "--frontend", frontend, "--output", target, *files]
    subprocess.run([str(word) for word in command], check=True)
    return np.load(target)


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(samples.astype("<i2").tobytes())


def original_micro(samples: np.ndarray) -> np.ndarray:
    from pymicro_features import MicroFrontend

    frontend = MicroFrontend()
    frames = []
    for start in range(0, len(samples) - CHUNK + 1, CHUNK):
        output = frontend.process_samples(samples[start : start + CHUNK].astype("<i2").tobytes())
        assert output.samples_read == CHUNK
        if output.features:
            frames.append(output.features)
    return np.array(frames, np.float32).reshape(-1, 40)


def recordings() -> list[Path]:
    return sorted(path for path in DATA.rglob("*") if path.suffix in (".wav", ".flac", ".ogg"))


def recorded_folders() -> list[str]:
    return sorted({path.relative_to(DATA).parts[0] for path in recordings()})


@pytest.mark.parametrize("folder", recorded_folders() or ["none"])
def test_micro_is_pymicro_features(folder: str, tmp_path: Path) -> None:
    """Whatever a file's rate and channels are, its first channel is heard as 16 kHz by both."""
    soundfile = pytest.importorskip("soundfile")
    if folder == "none":
        pytest.skip("skipped: ../shared not here")
    files = [path for path in recordings() if path.relative_to(DATA).parts[0] == folder]
    for start in range(0, len(files), BATCH):
        copies, expected = [], []
        for path in files[start : start + BATCH]:
            samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
            samples = samples[: len(samples) // CHUNK * CHUNK, 0]
            copies.append(tmp_path / f"{len(copies)}.wav")
            write_wav(copies[-1], samples)
            expected.append(original_micro(samples))
        found = features("micro", copies, tmp_path / "x.npy")
        np.testing.assert_array_equal(found.astype(np.float32) * np.float32(0.0390625), np.concatenate(expected))


def test_micro_on_noise_is_pymicro_features(tmp_path: Path) -> None:
    """From silence to clipping, without any recording."""
    rng = np.random.default_rng(1)
    copies, expected = [], []
    for level in (0, 1, 3, 10, 100, 1000, 10000, 32767, 100000):
        noise = rng.normal(0, level, 16000) * np.repeat(rng.random(50), 320)
        samples = np.clip(np.round(noise), -32768, 32767).astype(np.int16)
        copies.append(tmp_path / f"{level}.wav")
        write_wav(copies[-1], samples)
        expected.append(original_micro(samples))
    found = features("micro", copies, tmp_path / "x.npy")
    np.testing.assert_array_equal(found.astype(np.float32) * np.float32(0.0390625), np.concatenate(expected))


def test_mfcc_is_mlperf_tiny(tmp_path: Path) -> None:
    if not DATA.is_dir():
        pytest.skip("skipped: ../shared not here")
    with open(DATA / "kws01_audio" / "labels.csv", newline="") as file:
        files = [DATA / "kws01_audio" / row[0] for row in csv.reader(file)]
    expected = np.load(DATA / "kws01" / "x.npy").reshape(-1, 49, 10).astype(int)
    difference = np.abs(features("mfcc-mlperf", files, tmp_path / "x.npy").astype(int) - expected)
    assert difference.shape == (len(files), 49, 10)
    assert np.mean(difference == 0) > 0.995
    assert np.mean(difference <= 1) > 0.9999  # the set wraps around where a value is beyond int8
