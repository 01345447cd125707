"""Makes the clips of this folder: the ten words by espeak-ng in its plain Arabic voice, which was not trained with."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import hearing  # noqa: E402
from train import WORDS  # noqa: E402


def main() -> None:
    import soundfile

    folder = HERE / "clips"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(1)
    lines = ["file,label"]
    for label, word in WORDS.items():
        voice = hearing.spoken(["espeak-ng", "-v", "ar", "-s", "130", "-w", "{file}", "{text}"], word)
        clip = hearing.placed(rng, voice / np.abs(voice).max() * 0.5, hearing.RATE, 0)
        clip = clip + rng.normal(0, 0.0005, hearing.RATE)
        soundfile.write(folder / f"{label}.flac", hearing.as_int16(clip).astype(np.int16), hearing.RATE)
        lines.append(f"{label}.flac,{label}")
    (folder / "index.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
