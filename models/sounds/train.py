"""Trains the sound classifier of this folder. See README.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import hearing  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LABELS = (HERE / "labels.txt").read_text().split()
SEED = 9
WINDOW = hearing.RATE  # samples of a clip
STEP = WINDOW // 2  # from one measured window to the next
SCALE, ZERO_POINT = 0.08, -13  # of frontend.json

VARIANTS = 56  # windows of each recording of the folds for training
EPOCHS = 26
EPOCH_BATCHES = 110
BATCH = 128
CALIBRATION = 400  # samples for the ranges of the int8 model


# --- data ------------------------------------------------------------------


def recordings(data: Path, folds: str) -> list[tuple[np.ndarray, int]]:
    """Samples and label of the recordings of some folds, which are the first digit of their names."""
    found = []
    for label, name in enumerate(LABELS):
        for path in sorted((data / "esc10" / name).glob("*.ogg")):
            if path.name[0] in folds:
                found.append((hearing.read(path), label))
    return found


def windows(samples: np.ndarray) -> list[np.ndarray]:
    """Overlapping windows; without those in which nothing is to be heard, the silence that fills short recordings up."""
    cut = [samples[start : start + WINDOW] for start in range(0, max(1, len(samples) - WINDOW + 1), STEP)]
    loudness = np.array([np.sqrt(np.mean(window**2)) for window in cut])
    return [window for window, level in zip(cut, loudness) if level > loudness.max() * 0.02]


def training_windows(data: Path, rng: np.random.Generator) -> tuple[list[np.ndarray], list[int]]:
    clips, labels = [], []
    for samples, label in recordings(data, "123"):
        loud = windows(samples)
        for _ in range(VARIANTS):
            start = int(rng.integers(max(1, len(samples) - WINDOW)))
            window = samples[start : start + WINDOW]
            if np.sqrt(np.mean(window**2)) < 0.3 * np.median([np.sqrt(np.mean(w**2)) for w in loud]):
                window = loud[rng.integers(len(loud))]
            clips.append(altered(rng, window))
            labels.append(label)
    return clips, labels


def altered(rng: np.random.Generator, window: np.ndarray) -> np.ndarray:
    """The window as it may sound elsewhere."""
    if rng.uniform() < 0.7:
        window = np.resize(hearing.resampled(window, rng.uniform(0.8, 1.25)), WINDOW)
    if rng.uniform() < 0.5:
        window = np.roll(window, int(rng.integers(WINDOW)))
    if rng.uniform() < 0.3:
        window = hearing.in_a_room(rng, window)
    if rng.uniform() < 0.6:
        window = hearing.through_a_microphone(rng, window)
    window = window / (np.abs(window).max() + 1e-9) * 10 ** (rng.uniform(-30, 0) / 20)
    if rng.uniform() < 0.3:
        level = np.sqrt(np.mean(window**2)) * 10 ** (-rng.uniform(12, 45) / 20)
        window = window + hearing.some_noise(rng, [], WINDOW) * level
    return window


def load(data: Path, zerre: Path, cache: Path) -> dict[str, np.ndarray]:
    """Features (int8) and labels, computed once; of fold 4 also which recording a window is of."""
    if cache.exists():
        return dict(np.load(cache))
    started = time.time()
    clips, labels = training_windows(data, np.random.default_rng(SEED))
    arrays = {"train_x": hearing.features(zerre, HERE, clips), "train_y": np.array(labels)}
    clips, labels, owners = [], [], []
    for owner, (samples, label) in enumerate(recordings(data, "4")):
        for window in windows(samples):
            clips.append(window)
            labels.append(label)
            owners.append(owner)
    arrays |= {"val_x": hearing.features(zerre, HERE, clips), "val_y": np.array(labels), "val_owner": np.array(owners)}
    print(f"{len(arrays['train_x'])} windows for training, features after {time.time() - started:.0f} s", flush=True)
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, **arrays)
    return arrays


def real(features: np.ndarray) -> np.ndarray:
    """What the int8 stand for, as the network takes it."""
    return ((features.astype(np.float32) - ZERO_POINT) * SCALE)[..., np.newaxis]


# --- network ---------------------------------------------------------------


def build_network(batch: int | None = None):
    """Depthwise-separable convolutions over time and frequency."""
    import keras
    from keras import layers

    def separable(x, channels, stride):
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Conv2D(channels, 1, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    image = keras.Input((49, 40, 1), batch_size=batch)
    x = layers.Conv2D(16, 5, strides=2, padding="valid", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = separable(x, 32, 2)
    x = separable(x, 48, 1)
    x = separable(x, 64, 2)
    x = separable(x, 64, 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(len(LABELS))(x)
    return keras.Model(image, layers.Softmax()(x))


def batches(arrays: dict[str, np.ndarray], rng: np.random.Generator):
    """Endless random batches: moved in frequency, louder or softer, with strips hidden, mixed with each other."""
    x, y = arrays["train_x"], arrays["train_y"]
    eye = np.eye(len(LABELS), dtype=np.float32)
    while True:
        index = rng.integers(len(y), size=2 * BATCH)
        picture = x[index].astype(np.float32)
        for i in range(2 * BATCH):
            picture[i] = np.roll(picture[i], int(rng.integers(-2, 3)), axis=1)
            picture[i] += rng.normal(0, 14)
            for axis, widest in ((0, 12), (1, 9)):
                if rng.random() < 0.6:
                    width = int(rng.integers(1, widest))
                    start = int(rng.integers(0, picture.shape[axis + 1] - width))
                    strip = (slice(start, start + width), slice(None))[:: 1 if axis == 0 else -1]
                    picture[i][strip] = picture[i].mean()
        share = np.where(rng.random(BATCH) < 0.6, rng.beta(0.5, 0.5, BATCH), 1).astype(np.float32)
        share = np.maximum(share, 1 - share)
        mixed = picture[:BATCH] * share[:, None, None] + picture[BATCH:] * (1 - share[:, None, None])
        target = eye[y[index[:BATCH]]] * share[:, None] + eye[y[index[BATCH:]]] * (1 - share[:, None])
        yield (((np.clip(mixed, -128, 127) - ZERO_POINT) * SCALE)[..., np.newaxis], target)


def train(arrays: dict[str, np.ndarray]):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    network = build_network()
    rate = keras.optimizers.schedules.CosineDecay(4e-3, EPOCHS * EPOCH_BATCHES, alpha=0.005)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=4e-3, use_ema=True, ema_momentum=0.996)
    network.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    rng = np.random.default_rng(SEED + 2)
    started = time.time()
    source = tf.data.Dataset.from_generator(
        lambda: batches(arrays, rng),
        output_signature=(tf.TensorSpec((BATCH, 49, 40, 1)), tf.TensorSpec((BATCH, len(LABELS))))).prefetch(4)
    steps = iter(source)
    for epoch in range(EPOCHS):
        losses = [network.train_on_batch(*next(steps)) for _ in range(EPOCH_BATCHES)]
        by_window, by_recording = measured(network, arrays)
        print(f"epoch {epoch + 1}/{EPOCHS} loss {float(losses[-1]):.3f} fold 4: windows {by_window:.3f}, recordings "
              f"{by_recording:.3f} after {time.time() - started:.0f} s", flush=True)
    optimizer.finalize_variable_values(network.trainable_variables)
    hearing.settle(network, batches(arrays, rng))
    return network


def guesses_of(network, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The answers for the windows; the labels and, by the mean of their windows' scores, answers for recordings."""
    scores = network.predict(real(arrays["val_x"]), batch_size=512, verbose=0)
    owner = arrays["val_owner"]
    count = owner.max() + 1
    sums = np.zeros((count, len(LABELS)))
    np.add.at(sums, owner, scores)
    labels = np.zeros(count, int)
    labels[owner] = arrays["val_y"]
    return scores.argmax(1), labels, sums.argmax(1)


def measured(network, arrays: dict[str, np.ndarray]) -> tuple[float, float]:
    windows_guessed, labels, guessed = guesses_of(network, arrays)
    return float(np.mean(windows_guessed == arrays["val_y"])), float(np.mean(guessed == labels))


def show(network, arrays: dict[str, np.ndarray]) -> None:
    by_window, by_recording = measured(network, arrays)
    _, labels, guessed = guesses_of(network, arrays)
    counts = np.zeros((len(LABELS), len(LABELS)), int)
    np.add.at(counts, (labels, guessed), 1)
    print(f"fold 4: {by_window:.4f} of {len(arrays['val_y'])} windows, {by_recording:.4f} of {len(labels)} recordings")
    for label, row in zip(LABELS, counts):
        print(f"{label:>15}" + "".join(f"{n or '.':>5}" for n in row))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data sets")
    parser.add_argument("--zerre", type=Path, default=ROOT / "build" / "zerre")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "sounds.npz", help="the features, kept")
    parser.add_argument("-o", "--output", type=Path, default=HERE, help="where the model goes")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    arrays = load(options.data, options.zerre, options.cache)
    network = train(arrays)
    show(network, arrays)
    chosen = np.random.default_rng(3).permutation(len(arrays["train_x"]))[:CALIBRATION]
    hearing.write_models(options.zerre, options.output, hearing.convert(network, build_network(batch=1)),
                         real(arrays["train_x"][chosen]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
