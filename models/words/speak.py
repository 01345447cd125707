"""Recordings to begin with, by a speech synthesizer: speak.py FOLDER [--language en|tr] [WORD ...]

Writes FOLDER/index.csv (file,label,split) and FOLDER/LABEL/NUMBER.wav: the words, other words ("unknown") and noise
("silence"). Voices of the splits train, val and test are different ones. Needs espeak-ng.
"""

from __future__ import annotations

import argparse
import csv
import sys
import wave
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import hearing  # noqa: E402

WORDS = {"en": ["yes", "no"], "tr": ["aç", "kapa"]}
OTHERS = {
    "en": "hello water seven music computer window morning tomorrow up down left right stop go know nose guess less".split(),
    "tr": "merhaba su yedi müzik bilgisayar pencere sabah yarın yukarı aşağı sol sağ dur git kaç saç baba çaba".split(),
}
VOICES = {
    "train": ["m1", "m2", "m3", "m5", "m7", "m8", "f1", "f2", "f4", "Andy", "Alex", "Annie", "Linda", "Mario", "Max", "Pedro"],
    "val": ["m4", "f3", "Gene", "Alicia"],
    "test": ["m6", "f5", "Michael", "Andrea"],
}
TAKES = {"train": 6, "val": 4, "test": 4}  # of each word by each voice, fewer of the others
SILENCES = {"train": 120, "val": 30, "test": 30}
SEED = 1


def say(rng: np.random.Generator, language: str, voice: str, word: str) -> np.ndarray:
    """A second with the word near its middle, softer or louder, over a little noise."""
    speed, pitch = str(rng.integers(110, 190)), str(rng.integers(25, 75))
    command = ["espeak-ng", "-v", f"{language}+{voice}", "-s", speed, "-p", pitch, "-w", "{file}", "{text}"]
    sound = hearing.placed(rng, hearing.spoken(command, word), hearing.RATE, hearing.RATE // 10)
    sound *= 10 ** (rng.uniform(-14, -2) / 20) / (np.abs(sound).max() + 1e-9)
    return sound + rng.normal(0, 10 ** (rng.uniform(-75, -50) / 20), hearing.RATE)


def silence(rng: np.random.Generator) -> np.ndarray:
    return hearing.some_noise(rng, [], hearing.RATE) * 10 ** (rng.uniform(-80, -25) / 20)


def write(path: Path, sound: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(hearing.RATE)
        file.writeframes(hearing.as_int16(sound).tobytes())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--language", choices=sorted(WORDS), default="en")
    options = parser.parse_args()
    words = options.words or WORDS[options.language]
    others = [word for word in OTHERS[options.language] if word not in words]
    rng, rows = np.random.default_rng(SEED), []

    def keep(label: str, split: str, sound: np.ndarray) -> None:
        rows.append((f"{label}/{len(rows)}.wav", label, split))
        write(options.folder / rows[-1][0], sound)

    for split, voices in VOICES.items():
        for voice in voices:
            for word in words:
                for _ in range(TAKES[split]):
                    keep(word, split, say(rng, options.language, voice, word))
            for word in others:
                keep("unknown", split, say(rng, options.language, voice, word))
        for _ in range(SILENCES[split]):
            keep("silence", split, silence(rng))
        print(f"{split}: {sum(row[2] == split for row in rows)} clips", flush=True)
    with open(options.folder / "index.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "label", "split"), *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
