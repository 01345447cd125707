"""Trains the keyword spotter of this folder. See README.md."""

from __future__ import annotations

import argparse
import csv
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
UNKNOWN, SILENCE = LABELS.index("unknown"), LABELS.index("silence")
SEED = 8
CLIP = hearing.RATE
SCALE, ZERO_POINT = 0.07, -29  # of frontend.json

VARIANTS = 12  # of each recording
VOICE_VARIANTS = 5  # of each synthetic one
SILENCES = 2400
EPOCHS = 30
EPOCH_BATCHES = 220
BATCH = 128
CALIBRATION = 400  # samples for the ranges of the int8 model


WORDS = {
    "close": "إِغْلاق", "down": "أَسْفَل", "left": "يَسار", "no": "لا", "open": "فَتْح", "right": "يَمين",
    "start": "اِبْدَأْ", "stop": "تَوَقَّفْ", "up": "فَوْق", "yes": "نَعَم",
}
"""What the labels are in Arabic, as a synthesizer is to say it: of several translations the one that is nearest to the
recordings by dynamic time warping."""

OTHERS = ["أَمام", "خَلْف", "صِفْر", "واحِد", "اِثْنان", "ثَلاثَة", "أَرْبَعَة", "خَمْسَة", "سِتَّة", "سَبْعَة", "ثَمانِيَة", "تِسْعَة",
          "بَيْت", "كِتاب", "سَيّارَة", "مَدينَة", "صَباح", "شُكْراً", "مَرْحَباً", "ماء"]
ENGLISH = ["yes", "no", "up", "down", "left", "right", "stop", "go", "hello", "water", "seven", "music", "computer",
           "good morning", "open the door", "what time is it", "thank you", "tomorrow"]
"""What is none of the words."""

VOICES = [f"ar+{variant}" for variant in ("m1", "m2", "m3", "m4", "m5", "m7", "f1", "f2", "f3", "f4", "f5")]


# --- data ------------------------------------------------------------------


def synthetic(rng: np.random.Generator) -> list[tuple[np.ndarray, int]]:
    """Words by espeak-ng in several voices, pitches and speeds, and English by flite: what the project may give away
    as a demonstration, and more of what is no keyword."""
    clips = []
    texts = [(text, LABELS.index(label)) for label, text in WORDS.items()] + [(text, UNKNOWN) for text in OTHERS]
    for text, label in texts:
        for voice in VOICES if label != UNKNOWN else VOICES[::4]:
            for _ in range(2):
                speed, pitch = rng.integers(105, 180), rng.integers(25, 75)
                clips.append((hearing.spoken(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w",
                                             "{file}", "{text}"], text), label))
    for text in ENGLISH:
        for voice in ("slt", "rms", "awb"):
            clips.append((hearing.spoken(["flite", "-voice", voice, "-t", "{text}", "-o", "{file}"], text), UNKNOWN))
    return clips


def recordings(data: Path) -> dict[str, list[tuple[np.ndarray, int]]]:
    """Samples and label of every recording, by split."""
    splits: dict[str, list[tuple[np.ndarray, int]]] = {"train": [], "val": [], "test": []}
    folder = data / "arabic_speech_commands"
    with open(folder / "index.csv", newline="") as file:
        for row in csv.DictReader(file):
            splits[row["split"]].append((hearing.read(folder / row["file"]), LABELS.index(row["label"])))
    return splits


def silences(rng: np.random.Generator, recorded: list[np.ndarray], count: int) -> list[np.ndarray]:
    """Clips without a voice, from digital silence to loud noise."""
    clips = []
    for _ in range(count):
        level = 10 ** (rng.uniform(-90, -14) / 20)
        clips.append(hearing.some_noise(rng, recorded, CLIP) * level)
    return clips


def training_clips(data: Path, splits: dict, rng: np.random.Generator) -> tuple[list[np.ndarray], list[int]]:
    noises = [hearing.read(data / "background_noise" / f"{name}.flac") for name in ("doing_the_dishes", "pink_noise")]
    clips, labels = [], []
    for samples, label in splits["train"]:
        for variant in range(VARIANTS):
            clips.append(samples if variant == 0 else hearing.varied(rng, samples, CLIP, noises))
            labels.append(label)
    english = [(hearing.read(path), UNKNOWN) for path in sorted((data / "speech_commands_v1_sample").rglob("*.flac"))]
    for samples, label in synthetic(rng) + english:
        for _ in range(VOICE_VARIANTS):
            clips.append(hearing.varied(rng, samples, CLIP, noises))
            labels.append(label)
    clips += silences(rng, noises, SILENCES)
    labels += [SILENCE] * SILENCES
    return clips, labels


def measured_clips(data: Path, splits: dict, split: str) -> tuple[list[np.ndarray], list[int]]:
    """The recordings of a split as they are, and a tenth as many clips of silence, of another background."""
    rng = np.random.default_rng(SEED + 1)
    noise = hearing.read(data / "background_noise" / "exercise_bike.flac")
    half = len(noise) // 2
    count = len(splits[split]) // 10
    clips = [samples for samples, _ in splits[split]]
    labels = [label for _, label in splits[split]]
    clips += silences(rng, [noise[:half] if split == "val" else noise[half:]], count)
    return clips, labels + [SILENCE] * count


def load(data: Path, zerre: Path, cache: Path) -> dict[str, np.ndarray]:
    """Features (int8) and labels of the three splits, computed once."""
    if cache.exists():
        return dict(np.load(cache))
    started = time.time()
    splits = recordings(data)
    arrays = {}
    for split in ("val", "test"):
        clips, labels = measured_clips(data, splits, split)
        arrays[f"{split}_x"], arrays[f"{split}_y"] = hearing.features(zerre, HERE, clips), np.array(labels)
    clips, labels = training_clips(data, splits, np.random.default_rng(SEED))
    print(f"{len(clips)} clips for training after {time.time() - started:.0f} s", flush=True)
    arrays["train_x"], arrays["train_y"] = hearing.features(zerre, HERE, clips), np.array(labels)
    print(f"features after {time.time() - started:.0f} s", flush=True)
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
    x = layers.Conv2D(16, (7, 5), strides=2, padding="valid", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = separable(x, 32, 2)
    x = separable(x, 40, 1)
    x = separable(x, 48, 2)
    x = separable(x, 56, 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.15)(x)
    x = layers.Dense(len(LABELS))(x)
    return keras.Model(image, layers.Softmax()(x))


def batches(arrays: dict[str, np.ndarray], rng: np.random.Generator):
    """Endless random batches: moved in time and frequency, with strips hidden, mixed with each other."""
    x, y = arrays["train_x"], arrays["train_y"]
    eye = np.eye(len(LABELS), dtype=np.float32)
    weights = 1 / np.bincount(y, minlength=len(LABELS))[y]
    weights[y == UNKNOWN] *= 1.5
    chances = np.cumsum(weights / weights.sum())
    while True:
        index = np.searchsorted(chances, rng.random(2 * BATCH))
        index = np.minimum(index, len(y) - 1)
        picture = x[index].astype(np.float32)
        for i in range(2 * BATCH):
            picture[i] = np.roll(picture[i], int(rng.integers(-1, 2)), axis=1)
            picture[i] += rng.normal(0, 12)
            for axis, widest in ((0, 9), (1, 7)):
                if rng.random() < 0.6:
                    width = int(rng.integers(1, widest))
                    start = int(rng.integers(0, picture.shape[axis + 1] - width))
                    strip = (slice(start, start + width), slice(None))[:: 1 if axis == 0 else -1]
                    picture[i][strip] = picture[i].min()
        share = np.where(rng.random(BATCH) < 0.35, rng.beta(0.4, 0.4, BATCH), 1).astype(np.float32)
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
    optimizer = keras.optimizers.AdamW(rate, weight_decay=2e-3, use_ema=True, ema_momentum=0.998)
    network.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=0.05), metrics=["accuracy"])
    rng = np.random.default_rng(SEED + 2)
    val = real(arrays["val_x"]), arrays["val_y"]
    started = time.time()
    source = tf.data.Dataset.from_generator(
        lambda: batches(arrays, rng),
        output_signature=(tf.TensorSpec((BATCH, 49, 40, 1)), tf.TensorSpec((BATCH, len(LABELS))))).prefetch(4)
    steps = iter(source)
    for epoch in range(EPOCHS):
        losses = []
        for _ in range(EPOCH_BATCHES):
            picture, target = next(steps)
            losses.append(network.train_on_batch(picture, target)[0])
        guesses = network.predict(val[0], batch_size=512, verbose=0).argmax(1)
        print(f"epoch {epoch + 1}/{EPOCHS} loss {losses[-1]:.3f} validation {np.mean(guesses == val[1]):.4f} "
              f"after {time.time() - started:.0f} s", flush=True)
    optimizer.finalize_variable_values(network.trainable_variables)
    hearing.settle(network, batches(arrays, rng))
    return network


def show(network, arrays: dict[str, np.ndarray]) -> None:
    for split in ("val", "test"):
        y = arrays[f"{split}_y"]
        guesses = network.predict(real(arrays[f"{split}_x"]), batch_size=512, verbose=0).argmax(1)
        counts = np.zeros((len(LABELS), len(LABELS)), int)
        np.add.at(counts, (y, guesses), 1)
        print(f"{split}: {np.mean(guesses == y):.4f} of {len(y)}")
        for label, row in zip(LABELS, counts):
            print(f"{label:>8}" + "".join(f"{n or '.':>5}" for n in row))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data sets")
    parser.add_argument("--zerre", type=Path, default=ROOT / "build" / "zerre")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "keywords.npz", help="the features, kept")
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
