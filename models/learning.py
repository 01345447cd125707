"""The training that the sound models share: a network of depthwise-separable convolutions over time and frequency,
batches that hide and mix, a float and an int8 model at the end. What a model is trained on is its own recipe's affair."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import hearing

ROOT = Path(__file__).resolve().parent.parent
BATCH = 128
CALIBRATION = 400  # samples for the ranges of the int8 model

Arrays = dict[str, np.ndarray]
"""Features (int8) as train_x, labels as train_y, and what a recipe measures with."""


@dataclass(frozen=True)
class Hiding:
    """How a batch differs from the features that it is made of."""

    bands: int  # by which a picture is moved at most
    loudness: float  # deviation, in steps of int8
    frames: int  # of a strip that is hidden, less than this
    rows: int  # likewise, bands
    by: Callable[[np.ndarray], float]  # what stands there instead: np.min, np.mean
    mixed: float  # part of the pictures that another is mixed into
    beta: float  # how much of it: nearly nothing or nearly half when small


@dataclass(frozen=True)
class Recipe:
    folder: Path  # with labels.txt and frontend.json
    seed: int
    kernel: tuple[int, int]  # of the first convolution
    channels: tuple[tuple[int, int], ...]  # and strides of the separable ones
    dropout: float
    epochs: int
    epoch_batches: int
    decay: float
    average: float  # of the weights over time
    smoothing: float  # of the labels
    hiding: Hiding
    first_channels: int = 16

    @property
    def labels(self) -> list[str]:
        return (self.folder / "labels.txt").read_text(encoding="utf-8").split()

    @property
    def frontend(self) -> dict:
        return json.loads((self.folder / "frontend.json").read_text())

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.frontend["frames"], self.frontend.get("bands", 40), 1

    def real(self, features: np.ndarray) -> np.ndarray:
        """What the int8 stand for, as the network takes it."""
        description = self.frontend
        return ((features.astype(np.float32) - description["zero_point"]) * description["scale"])[..., np.newaxis]


Draw = Callable[[np.random.Generator, int], np.ndarray]
"""Indices of so many samples for a batch."""

Measure = Callable[[Callable[[np.ndarray], np.ndarray], Arrays], str]
"""Says how good a network is, given what computes its scores of features."""


def build_network(recipe: Recipe, batch: int | None = None):
    import keras
    from keras import layers

    def separable(x, channels, stride):
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Conv2D(channels, 1, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    image = keras.Input(recipe.shape, batch_size=batch)
    x = layers.Conv2D(recipe.first_channels, recipe.kernel, strides=2, padding="valid", use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for channels, stride in recipe.channels:
        x = separable(x, channels, stride)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(recipe.dropout)(x)
    x = layers.Dense(len(recipe.labels))(x)
    return keras.Model(image, layers.Softmax()(x))


def batches(recipe: Recipe, arrays: Arrays, draw: Draw, rng: np.random.Generator) -> Iterator[tuple]:
    """Endless random batches: moved in frequency, louder or softer, with strips hidden, mixed with each other."""
    x, y = arrays["train_x"], arrays["train_y"]
    eye = np.eye(len(recipe.labels), dtype=np.float32)
    how = recipe.hiding
    while True:
        index = draw(rng, 2 * BATCH)
        picture = x[index].astype(np.float32)
        for i in range(2 * BATCH):
            picture[i] = np.roll(picture[i], int(rng.integers(-how.bands, how.bands + 1)), axis=1)
            picture[i] += rng.normal(0, how.loudness)
            for axis, widest in ((0, how.frames), (1, how.rows)):
                if rng.random() < 0.6:
                    width = int(rng.integers(1, widest))
                    start = int(rng.integers(0, picture.shape[axis + 1] - width))
                    strip = (slice(start, start + width), slice(None))[:: 1 if axis == 0 else -1]
                    picture[i][strip] = how.by(picture[i])
        share = np.where(rng.random(BATCH) < how.mixed, rng.beta(how.beta, how.beta, BATCH), 1).astype(np.float32)
        share = np.maximum(share, 1 - share)
        mixed = picture[:BATCH] * share[:, None, None] + picture[BATCH:] * (1 - share[:, None, None])
        target = eye[y[index[:BATCH]]] * share[:, None] + eye[y[index[BATCH:]]] * (1 - share[:, None])
        yield recipe.real(np.clip(mixed, -128, 127)), target


def evenly(labels: np.ndarray, classes: int, weights: dict[int, float]) -> Draw:
    """Draws classes equally often, but those with a weight so many times as often."""
    chances = 1 / np.bincount(labels, minlength=classes)[labels]
    for label, weight in weights.items():
        chances[labels == label] *= weight
    sums = np.cumsum(chances / chances.sum())
    return lambda rng, n: np.minimum(np.searchsorted(sums, rng.random(n)), len(labels) - 1)


def train(recipe: Recipe, arrays: Arrays, draw: Draw, measure: Measure, epochs: int):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(recipe.seed)
    network = build_network(recipe)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, epochs * recipe.epoch_batches, alpha=0.005)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.decay, use_ema=True, ema_momentum=recipe.average)
    network.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=recipe.smoothing))
    rng = np.random.default_rng(recipe.seed + 2)
    started = time.time()
    source = tf.data.Dataset.from_generator(
        lambda: batches(recipe, arrays, draw, rng),
        output_signature=(tf.TensorSpec((BATCH, *recipe.shape)), tf.TensorSpec((BATCH, len(recipe.labels))))
    ).prefetch(4)
    steps = iter(source)
    for epoch in range(epochs):
        losses = [network.train_on_batch(*next(steps)) for _ in range(recipe.epoch_batches)]
        print(f"epoch {epoch + 1}/{epochs} loss {float(losses[-1]):.3f} {measure(scorer(recipe, network), arrays)} "
              f"after {time.time() - started:.0f} s", flush=True)
    optimizer.finalize_variable_values(network.trainable_variables)
    hearing.settle(network, batches(recipe, arrays, draw, rng))
    return network


def scorer(recipe: Recipe, network) -> Callable[[np.ndarray], np.ndarray]:
    return lambda features: network.predict(recipe.real(features), batch_size=512, verbose=0)


def show_confusion(labels: list[str], right: np.ndarray, guessed: np.ndarray) -> None:
    """A row a label."""
    counts = np.zeros((len(labels), len(labels)), int)
    np.add.at(counts, (right, guessed), 1)
    widest = max(map(len, labels))
    for label, row in zip(labels, counts):
        print(f"{label:>{widest}}" + "".join(f"{n or '.':>5}" for n in row))


def kept(cache: Path, make: Callable[[], Arrays]) -> Arrays:
    """What `make` computes, or what it computed before."""
    if cache.exists():
        return dict(np.load(cache))
    started = time.time()
    arrays = make()
    print(f"{len(arrays['train_x'])} clips for training, features after {time.time() - started:.0f} s", flush=True)
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, **arrays)
    return arrays


def arguments(description: str | None, name: str, recipe: Recipe, data: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default=data, help="folder of the recordings")
    parser.add_argument("--zerre", type=Path, default=ROOT / "build" / "zerre")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / f"{name}.npz", help="the features, kept")
    parser.add_argument("--epochs", type=int, default=recipe.epochs)
    parser.add_argument("-o", "--output", type=Path, default=recipe.folder, help="where the model goes")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return parser.parse_args()


def write_models(recipe: Recipe, network, arrays: Arrays, zerre: Path, output: Path) -> None:
    """model_float.tflite and model.tflite, the latter with ranges from some of the training."""
    chosen = np.random.default_rng(3).permutation(len(arrays["train_x"]))[:CALIBRATION]
    hearing.write_models(zerre, output, hearing.convert(network, build_network(recipe, batch=1)),
                         recipe.real(arrays["train_x"][chosen]))
