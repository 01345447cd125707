"""Trains the keyword spotter of this folder. See README.md."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import hearing  # noqa: E402
import learning  # noqa: E402

HERE = Path(__file__).resolve().parent
SEED = 8
CLIP = hearing.RATE
RECIPE = learning.Recipe(
    folder=HERE, seed=SEED, kernel=(7, 5), channels=((32, 2), (40, 1), (48, 2), (56, 1)), dropout=0.15,
    epochs=30, epoch_batches=220, decay=2e-3, average=0.998, smoothing=0.05,
    hiding=learning.Hiding(bands=1, loudness=12, frames=9, rows=7, by=np.min, mixed=0.35, beta=0.4))
LABELS = RECIPE.labels
UNKNOWN, SILENCE = LABELS.index("unknown"), LABELS.index("silence")

VARIANTS = 12  # of each recording
VOICE_VARIANTS = 5  # of each synthetic one
SILENCES = 2400

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


def features(data: Path, zerre: Path) -> learning.Arrays:
    """Of the three splits."""
    splits = recordings(data)
    arrays = {}
    for split in ("val", "test"):
        clips, labels = measured_clips(data, splits, split)
        arrays[f"{split}_x"], arrays[f"{split}_y"] = hearing.features(zerre, HERE, clips), np.array(labels)
    clips, labels = training_clips(data, splits, np.random.default_rng(SEED))
    arrays["train_x"], arrays["train_y"] = hearing.features(zerre, HERE, clips), np.array(labels)
    return arrays


def measure(scores, arrays: learning.Arrays) -> str:
    guesses = scores(arrays["val_x"]).argmax(1)
    return f"validation {np.mean(guesses == arrays['val_y']):.4f}"


def main() -> int:
    options = learning.arguments(__doc__, "keywords", RECIPE, learning.ROOT.parent / "shared" / "data")
    arrays = learning.kept(options.cache, lambda: features(options.data, options.zerre))
    draw = learning.evenly(arrays["train_y"], len(LABELS), {UNKNOWN: 1.5})
    network = learning.train(RECIPE, arrays, draw, measure, options.epochs)
    for split in ("val", "test"):
        right, guesses = arrays[f"{split}_y"], learning.scorer(RECIPE, network)(arrays[f"{split}_x"]).argmax(1)
        print(f"{split}: {np.mean(guesses == right):.4f} of {len(right)}")
        learning.show_confusion(LABELS, right, guesses)
    learning.write_models(RECIPE, network, arrays, options.zerre, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
