"""Sound for training: recordings, synthetic voices, noises, and what happens to them on the way to a microphone.

Everything that is random comes from the generator that is passed in.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

RATE = 16000
BATCH = 1000  # files that are given to one run of zerre


def read(path: Path) -> np.ndarray:
    """The samples of a mono recording at 16 kHz, -1..1."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32")
    if rate != RATE or samples.ndim != 1:
        raise ValueError(f"{path}: {rate} Hz, {samples.ndim} channels; 16 kHz mono is expected")
    return samples


def resampled(samples: np.ndarray, factor: float) -> np.ndarray:
    """The same sound in `factor` times the samples: slower and lower for factors above 1."""
    at = np.arange(int(len(samples) * factor)) / factor
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def spoken(command: list[str], text: str) -> np.ndarray:
    """What a speech synthesizer says, without the silence around it. The command writes a WAV file named last."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([word.format(text=text, file=file.name) for word in command], check=True, capture_output=True)
        with wave.open(file.name) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if len(loud) == 0:
        return np.zeros(1, np.float32)
    return resampled(samples[loud[0] : loud[-1] + 1], RATE / rate)


def colored_noise(rng: np.random.Generator, n: int) -> np.ndarray:
    """Noise whose power falls with frequency to a random power between white and brown."""
    spectrum = rng.normal(size=n // 2 + 1) + 1j * rng.normal(size=n // 2 + 1)
    spectrum /= np.maximum(np.arange(n // 2 + 1), 8) ** rng.uniform(0, 1)
    noise = np.fft.irfft(spectrum, n)
    return (noise / np.abs(noise).max()).astype(np.float32)


def hum(rng: np.random.Generator, n: int) -> np.ndarray:
    """A machine: harmonics of a low tone."""
    time = np.arange(n) / RATE
    pitch = rng.uniform(40, 300)
    tones = [rng.uniform() / k * np.sin(2 * np.pi * (k * pitch * time + rng.uniform())) for k in range(1, 12)]
    noise = np.sum(tones, axis=0)
    return (noise / np.abs(noise).max()).astype(np.float32)


def some_noise(rng: np.random.Generator, recorded: list[np.ndarray], n: int) -> np.ndarray:
    """Recorded background half of the time, else made up."""
    kind = rng.uniform()
    if kind < 0.6 and recorded:
        source = recorded[rng.integers(len(recorded))]
        start = rng.integers(len(source) - n)
        noise = source[start : start + n]
        if rng.uniform() < 0.5:
            noise = noise[::-1]
    else:
        noise = hum(rng, n) if kind > 0.9 else colored_noise(rng, n)
    return noise / (np.sqrt(np.mean(noise**2)) + 1e-9)


def in_a_room(rng: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    """Echoes that die away within 0.05 to 0.4 seconds."""
    length = int(rng.uniform(0.05, 0.4) * RATE)
    echo = rng.normal(size=length) * np.exp(-6 * np.arange(length) / length) * rng.uniform(0.02, 0.15)
    echo[0] = 1
    size = 1 << (len(samples) + length - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echo, size), size)
    return wet[: len(samples)].astype(np.float32)


def through_a_microphone(rng: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    """Louder or softer towards high frequencies, by up to 6 dB an octave around 1 kHz, bounded."""
    size = len(samples)
    octaves = np.clip(np.log2(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1) / 1000), -4, 3)
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (rng.uniform(-3, 3) * octaves / 20), size).astype(np.float32)


def placed(rng: np.random.Generator, samples: np.ndarray, n: int, shift: int) -> np.ndarray:
    """n samples with the sound in their middle, moved by up to `shift`."""
    start = (n - len(samples)) // 2 + int(rng.integers(-shift, shift + 1))
    out = np.zeros(n, np.float32)
    first, last = max(0, start), min(n, start + len(samples))
    if last > first:
        out[first:last] = samples[first - start : last - start]
    return out


def varied(rng: np.random.Generator, samples: np.ndarray, n: int, recorded: list[np.ndarray],
           shift: int = RATE // 8) -> np.ndarray:
    """The sound as it may arrive: other speed, room, microphone, time, loudness and background."""
    if rng.uniform() < 0.7:
        samples = resampled(samples, rng.uniform(0.88, 1.14))
    samples = placed(rng, samples, n, shift)
    if rng.uniform() < 0.3:
        samples = in_a_room(rng, samples)
    if rng.uniform() < 0.5:
        samples = through_a_microphone(rng, samples)
    samples = samples / (np.abs(samples).max() + 1e-9) * 10 ** (rng.uniform(-26, 0) / 20)
    if rng.uniform() < 0.8:
        level = np.sqrt(np.mean(samples**2)) * 10 ** (-rng.uniform(3, 40) / 20)
        samples = samples + some_noise(rng, recorded, n) * level
    return samples


def as_int16(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2")


def features(zerre: Path, folder: Path, clips: list[np.ndarray]) -> np.ndarray:
    """What the front end of the sound model `folder` makes of each clip, as int8: computed by zerre, so that it is
    what the chip computes."""

    def batch(start: int) -> np.ndarray:
        with tempfile.TemporaryDirectory() as place:
            files = []
            for clip in clips[start : start + BATCH]:
                files.append(f"{place}/{len(files)}.wav")
                with wave.open(files[-1], "wb") as file:
                    file.setnchannels(1)
                    file.setsampwidth(2)
                    file.setframerate(RATE)
                    file.writeframes(as_int16(clip).tobytes())
            command = [zerre, "features", "--frontend", folder / "frontend.json", "--output", f"{place}/x.npy", *files]
            subprocess.run([str(word) for word in command], check=True)
            return np.load(f"{place}/x.npy")

    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(batch, range(0, len(clips), BATCH))))


def settle(network, steps) -> None:
    """Gives the batch normalizations the statistics of averaged weights, from a hundred batches."""
    for layer in network.layers:
        if hasattr(layer, "moving_mean"):
            layer.momentum = 0.95
    for _ in range(100):
        network(next(steps)[0], training=True)


def convert(network, fixed) -> bytes:
    """The network as a float .tflite; `fixed` is the same network of one sample at a time."""
    import tensorflow as tf

    fixed.set_weights(network.get_weights())
    with contextlib.redirect_stdout(io.StringIO()):  # it lists all tensors
        return tf.lite.TFLiteConverter.from_keras_model(fixed).convert()


def write_models(zerre: Path, folder: Path, float_model: bytes, calibration: np.ndarray) -> None:
    """model_float.tflite and, made of it by zerre, the int8 model.tflite; calibration: samples of the input."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model_float.tflite").write_bytes(float_model)
    with tempfile.TemporaryDirectory() as place:
        np.save(f"{place}/x.npy", calibration)
        command = [zerre, "quantize", folder / "model_float.tflite", "--calibrate", f"{place}/x.npy",
                   "--output", folder / "model.tflite"]
        subprocess.run([str(word) for word in command], check=True)
