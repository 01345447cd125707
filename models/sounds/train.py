"""Trains the sound classifier of this folder. See README.md."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import hearing  # noqa: E402
import learning  # noqa: E402

HERE = Path(__file__).resolve().parent
SEED = 9
RECIPE = learning.Recipe(
    folder=HERE, seed=SEED, kernel=(5, 5), channels=((32, 2), (48, 1), (64, 2), (64, 1)), dropout=0.3,
    epochs=26, epoch_batches=110, decay=4e-3, average=0.996, smoothing=0.1,
    hiding=learning.Hiding(bands=2, loudness=14, frames=12, rows=9, by=np.mean, mixed=0.6, beta=0.5))
LABELS = RECIPE.labels
WINDOW = hearing.RATE  # samples of a clip
STEP = WINDOW // 2  # from one measured window to the next
VARIANTS = 56  # windows of each recording of the folds for training


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


def features(data: Path, zerre: Path) -> learning.Arrays:
    """For training, and of fold 4 with the number of the recording that a window is of."""
    clips, labels = training_windows(data, np.random.default_rng(SEED))
    arrays = {"train_x": hearing.features(zerre, HERE, clips), "train_y": np.array(labels)}
    clips, labels, owners = [], [], []
    for owner, (samples, label) in enumerate(recordings(data, "4")):
        for window in windows(samples):
            clips.append(window)
            labels.append(label)
            owners.append(owner)
    return arrays | {"val_x": hearing.features(zerre, HERE, clips), "val_y": np.array(labels),
                     "val_owner": np.array(owners)}


def answers(scores, arrays: learning.Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For the windows; the labels of the recordings and, by the mean of their windows' scores, what was guessed."""
    by_window, owner = scores(arrays["val_x"]), arrays["val_owner"]
    count = owner.max() + 1
    sums = np.zeros((count, len(LABELS)))
    np.add.at(sums, owner, by_window)
    labels = np.zeros(count, int)
    labels[owner] = arrays["val_y"]
    return by_window.argmax(1), labels, sums.argmax(1)


def measure(scores, arrays: learning.Arrays) -> str:
    by_window, labels, guessed = answers(scores, arrays)
    return (f"fold 4: windows {np.mean(by_window == arrays['val_y']):.4f} of {len(by_window)}, recordings "
            f"{np.mean(guessed == labels):.4f} of {len(labels)}")


def main() -> int:
    options = learning.arguments(__doc__, "sounds", RECIPE, learning.ROOT.parent / "shared" / "data")
    arrays = learning.kept(options.cache, lambda: features(options.data, options.zerre))
    network = learning.train(RECIPE, arrays, lambda rng, n: rng.integers(len(arrays["train_y"]), size=n), measure,
                             options.epochs)
    scores = learning.scorer(RECIPE, network)
    print(measure(scores, arrays))
    learning.show_confusion(LABELS, *answers(scores, arrays)[1:])
    learning.write_models(RECIPE, network, arrays, options.zerre, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
