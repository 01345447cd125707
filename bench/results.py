"""The table of results in README.md: bench/results.py [--update | --check] [--models FOLDER] [MODEL ...]

Runs 'zerre bench' on the bundled model and on the MLPerf Tiny models (mlcommons/tiny, benchmark/training/*/trained_models)
as FOLDER/<model>_int8.tflite and prints the table; --update writes it into README.md; --check compares the models that
are named (all without a name) with README.md, a figure may differ by 1 %. $ZERRE is the program, build/zerre without it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
START, END = "<!-- results: made by python3 bench/results.py --update -->", "<!-- end -->"

MODELS = {
    "kws": "keyword spotting, DS-CNN",
    "ic": "image classification, ResNet-8",
    "vww": "visual wake words, MobileNetV1 0.25",
    "ad": "anomaly detection, autoencoder",
    "sww": "streaming wake word",
    "digits": "the bundled model",
}
# The first digits of the SHA-256 of mlcommons/tiny's files (1afd2c9820f7), which have longer names there.
SHA256 = {
    "kws": "aeea436800704fce",
    "ic": "3c002613d1b2475e",
    "vww": "597a384c8c2c8a12",
    "ad": "87cf24194ef93d1d",
    "sww": "3af8550895ba7d5c",
}
KEYS = ("instructions", "arena_bytes", "stack_bytes", "code_bytes", "weights_bytes")

# Instructions, arena and flash of TensorFlow Lite Micro with its reference kernels and with CMSIS-NN, counted in the same
# way on the same emulated board: tflite-micro 90b983c2b3f1, CMSIS-NN 99f736a63036, arm-none-eabi-gcc 12.2.1, kernels at
# -O2 (sww: -O3, it was not measured at -O2), the rest at -Os as upstream. Flash is code with the int8 kernels registered
# (about 1.7 KB of harness and start-up in it) and the model's file; some 3 KiB of static RAM come on top of the arena.
TFLM = {
    "kws": ((43_040_000, 22_772, 96_508), (7_698_000, 22_820, 108_484)),
    "ic": ((107_401_000, 54_340, 145_640), (29_864_000, 54_996, 150_816)),
    "vww": ((100_250_000, 100_660, 375_860), (24_102_000, 100_708, 387_836)),
    "ad": ((1_952_000, 2_260, 298_684), (582_960, 2_580, 306_364)),
    "sww": ((10_134_000, 15_252, 115_932), (2_226_000, 16_596, 128_740)),
}


def measure(model: str, folder: Path) -> dict[str, int]:
    """The figures of one model on cortex-m4."""
    file = ROOT / "models/digits/digits_int8.tflite" if model == "digits" else folder / f"{model}_int8.tflite"
    if not file.exists():
        sys.exit(f"results: {file} is missing")
    if not hashlib.sha256(file.read_bytes()).hexdigest().startswith(SHA256.get(model, "")):
        sys.exit(f"results: {file} is not the model of the table")
    zerre = os.environ.get("ZERRE", str(ROOT / "build/zerre"))
    run = subprocess.run(
        [zerre, "bench", str(file), "--target", "cortex-m4", "--json"], stdout=subprocess.PIPE, check=False
    )
    if run.returncode != 0:
        sys.exit(f"results: zerre bench {file.name} ended with status {run.returncode}")
    figures = json.loads(run.stdout)
    return {key: figures[key] for key in KEYS}


def millions(count: int) -> str:
    return f"{count / 1e6:.3f} M"


def table(figures: dict[str, dict[str, int]]) -> str:
    """The block between the marks."""
    lines = [
        "| int8 model, Cortex-M4 | instructions | arena B | stack B | code B | weights B |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for model, f in figures.items():
        numbers = " | ".join(f"{f[key]:,}" for key in KEYS)
        lines.append(f"| {model}: {MODELS[model]} | {numbers} |")
    lines += [
        "",
        "| | zerre: instructions | arena B | flash B | TFLM reference | arena B | flash B | TFLM + CMSIS-NN | arena B | flash B |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    ratios = []
    for model, f in figures.items():
        if model not in TFLM:
            continue
        rows = [(f["instructions"], f["arena_bytes"], f["code_bytes"] + f["weights_bytes"]), *TFLM[model]]
        cells = " | ".join(f"{millions(count)} | {arena:,} | {flash:,}" for count, arena, flash in rows)
        lines.append(f"| {model} | {cells} |")
        ratios.append(TFLM[model][1][0] / f["instructions"])
    if ratios:
        lines += [
            "",
            f"On these models zerre executes {min(ratios):.2f} to {max(ratios):.2f} times fewer instructions than TFLM with "
            "CMSIS-NN.",
        ]
    return "\n".join(lines)


def block_of(text: str) -> tuple[int, int]:
    """Where the table is in README.md."""
    start = text.index(START) + len(START)
    return start, text.index(END, start)


def written(model: str) -> list[int]:
    """The figures of a model in README.md."""
    text = README.read_text(encoding="utf-8")
    start, end = block_of(text)
    row = re.search(rf"^\| {model}: .*$", text[start:end], re.MULTILINE)
    if row is None:
        sys.exit(f"results: README.md has no row of {model}")
    return [int(cell.strip().replace(",", "")) for cell in row[0].strip("|").split("|")[1:]]


def check(figures: dict[str, dict[str, int]]) -> int:
    wrong = 0
    for model, f in figures.items():
        for key, old in zip(KEYS, written(model)):
            if abs(f[key] - old) > 0.01 * old:
                print(f"results: {key} of {model} is {f[key]:,}, README.md says {old:,}")
                wrong += 1
    print(f"results: {len(figures)} models compared with README.md, {wrong} figures differ by more than 1 %")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--models", type=Path, default=ROOT / "../shared/models/mlperf-tiny", metavar="FOLDER")
    parser.add_argument("model", nargs="*")
    options = parser.parse_args()
    if unknown := set(options.model) - set(MODELS):
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    if options.update and options.model:
        parser.error("--update writes the whole table: name no model")
    figures = {model: measure(model, options.models) for model in options.model or MODELS}
    if options.check:
        return check(figures)
    text = table(figures)
    if options.update:
        readme = README.read_text(encoding="utf-8")
        start, end = block_of(readme)
        README.write_text(f"{readme[:start]}\n{text}\n{readme[end:]}", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
