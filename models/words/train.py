"""Trains a small model for words of your own: train.py --data FOLDER -o MODEL

FOLDER has recordings of a second at 16 kHz and an index.csv with the columns file, label and split (train, val, test).
Two labels may be there beside the words: unknown, for other words, and silence.
"""

from __future__ import annotations

import csv
import dataclasses
import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import hearing  # noqa: E402
import learning  # noqa: E402

HERE = Path(__file__).resolve().parent
LAST = ["unknown", "silence"]
VARIANTS = 6  # of each recording for training
SEED = 1
RECIPE = learning.Recipe(
    folder=HERE, seed=SEED, kernel=(7, 5), channels=((24, 2), (32, 1), (32, 2)), dropout=0.1, first_channels=12,
    epochs=12, epoch_batches=50, decay=2e-3, average=0.99, smoothing=0.05,
    hiding=learning.Hiding(bands=1, loudness=12, frames=9, rows=7, by=np.min, mixed=0.3, beta=0.4))


def index(folder: Path) -> list[dict[str, str]]:
    with open(folder / "index.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def labels_of(rows: list[dict[str, str]]) -> list[str]:
    """The words in alphabetical order, then what is none."""
    found = {row["label"] for row in rows}
    return sorted(found.difference(LAST)) + [label for label in LAST if label in found]


def features(data: Path, zerre: Path, recipe: learning.Recipe) -> learning.Arrays:
    rng, arrays = np.random.default_rng(SEED), {}
    for split in ("train", "val", "test"):
        clips, labels = [], []
        for row in (row for row in index(data) if row["split"] == split):
            sound = hearing.placed(rng, hearing.read(data / row["file"])[: hearing.RATE], hearing.RATE, 0)
            for variant in range(VARIANTS if split == "train" else 1):
                quiet = row["label"] == "silence"
                clips.append(sound if variant == 0 or quiet else hearing.varied(rng, sound, hearing.RATE, []))
                labels.append(recipe.labels.index(row["label"]))
        if not clips:
            sys.exit(f"{data / 'index.csv'} has no recording of the split {split}")
        arrays[f"{split}_x"], arrays[f"{split}_y"] = hearing.features(zerre, recipe.folder, clips), np.array(labels)
    return arrays


def measure(scores, arrays: learning.Arrays) -> str:
    return f"validation {np.mean(scores(arrays['val_x']).argmax(1) == arrays['val_y']):.4f}"


def main() -> int:
    options = learning.arguments(__doc__, "words", RECIPE, learning.ROOT / "out" / "recordings")
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "labels.txt").write_text("\n".join(labels_of(index(options.data))) + "\n", encoding="utf-8")
    if options.output.resolve() != HERE:
        shutil.copy(HERE / "frontend.json", options.output)
    recipe = dataclasses.replace(RECIPE, folder=options.output)
    arrays = features(options.data, options.zerre, recipe)
    draw = learning.evenly(arrays["train_y"], len(recipe.labels), {})
    network = learning.train(recipe, arrays, draw, measure, options.epochs)
    guesses = learning.scorer(recipe, network)(arrays["test_x"]).argmax(1)
    print(f"test: {np.mean(guesses == arrays['test_y']):.4f} of {len(guesses)}; a row a label:")
    learning.show_confusion(recipe.labels, arrays["test_y"], guesses)
    learning.write_models(recipe, network, arrays, options.zerre, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
