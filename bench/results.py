"""The tables of results: bench/results.py [--update | --check] [--models FOLDER] [MODEL ...]

The figures of every model on every chip and for every goal are in bench/results.csv, those of TensorFlow Lite Micro in
bench/baselines.csv. --update runs 'zerre bench' on the models that are named (all without a name), writes their figures
and makes the tables of docs/results.md and README.md anew; --check compares them on a Cortex-M4, for speed, with the
figures: they may differ by 1 %. Without either the tables are printed.

The models are the bundled ones (of sound models the network alone) and MLPerf Tiny's (mlcommons/tiny, benchmark/training/*/trained_models), as
FOLDER/<model>_int8.tflite. $ZERRE is the program, build/zerre without it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README, PAGE = ROOT / "README.md", ROOT / "docs/results.md"
BASELINES, RESULTS = ROOT / "bench/baselines.csv", ROOT / "bench/results.csv"
START, END = "<!-- results: made by python3 bench/results.py --update -->", "<!-- end -->"

MODELS = {
    "kws": "keyword spotting, DS-CNN",
    "ic": "image classification, ResNet-8",
    "vww": "visual wake words, MobileNetV1 0.25",
    "ad": "anomaly detection, autoencoder",
    "sww": "streaming wake word",
    "digits": "handwritten digits, bundled",
    "keywords": "ten Arabic words, bundled",
    "sounds": "ten sounds, bundled",
}
BUNDLED = {
    "digits": "models/digits/digits_int8.tflite",
    "keywords": "models/keywords/model.tflite",
    "sounds": "models/sounds/model.tflite",
}
# The first digits of the SHA-256 of mlcommons/tiny's files (1afd2c9820f7), which have longer names there.
SHA256 = {
    "kws": "aeea436800704fce",
    "ic": "3c002613d1b2475e",
    "vww": "597a384c8c2c8a12",
    "ad": "87cf24194ef93d1d",
    "sww": "3af8550895ba7d5c",
}
KEYS = ("instructions", "arena", "stack", "code", "weights")
COLUMNS = ("model", "target", "optimize", "instructions", "cycles", "arena", "stack", "code", "weights")
SAID = re.compile(r"(?:^|, |: )(instructions|cycles|arena|stack|code|weights) +(\d+)", re.MULTILINE)
"""What 'zerre bench' prints of those; --json would measure each layer too, which takes twice as long."""
MAIN = "cortex-m4"
TARGETS = (MAIN, "cortex-m55", "cortex-m3", "cortex-m0")
GOALS = ("speed", "size", "ram")

INTRODUCTION = """# Results

Every model on every chip that has kernels of its own, for each goal of `--optimize`, with an input of zeros. Instructions
are counted in QEMU and exact; cycles are an estimate, for the Cortex-M4 only ([cycles.md](cycles.md)). gcc 12.2, `-Os` for
size, else `-O2`. [firmware/README.md](../firmware/README.md) says what is in each figure.

Beside them TensorFlow Lite Micro (TFLM 90b983c2b3f1) with CMSIS-NN (99f736a63036) from `bench/baselines.csv`, counted in
the same way on the same emulated boards, its kernels at the better known of `-O2` and `-O3`, the rest at `-Os` as upstream.
Its flash is code with the int8 kernels registered, about 1.7 KB of harness and start-up in it, and the model's file; some
3 KiB of static RAM come on top of its arena. "times fewer" is its instructions divided by zerre's.

Made by `python3 bench/results.py --update`, of `bench/results.csv`.
"""


@dataclass
class Baseline:
    """What TensorFlow Lite Micro takes; arena and flash are None where they were not measured."""

    instructions: int
    arena: int | None
    flash: int | None


def baselines() -> dict[tuple[str, str, str], Baseline]:
    """By model, target and kernels."""
    with BASELINES.open(encoding="utf-8") as file:
        return {
            (row["model"], row["target"], row["kernels"]): Baseline(
                int(row["instructions"]), int(row["arena"] or 0) or None, int(row["flash"] or 0) or None
            )
            for row in csv.DictReader(file)
        }


Figures = dict[str, int | None]
Measured = dict[tuple[str, str, str], Figures]
"""By model, target and goal."""


def measure(model: str, target: str, goal: str, folder: Path) -> Figures:
    """What 'zerre bench' says."""
    file = ROOT / BUNDLED[model] if model in BUNDLED else folder / f"{model}_int8.tflite"
    if not file.exists():
        sys.exit(f"results: {file} is missing")
    if not hashlib.sha256(file.read_bytes()).hexdigest().startswith(SHA256.get(model, "")):
        sys.exit(f"results: {file} is not the model of the table")
    zerre = os.environ.get("ZERRE", str(ROOT / "build/zerre"))
    command = [zerre, "bench", str(file), "--target", target, "--optimize", goal]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"results: {' '.join(command)} ended with status {run.returncode}")
    said = {key: int(figure) for key, figure in SAID.findall(run.stdout)}
    return {key: said[key] if key in KEYS else said.get(key) for key in COLUMNS[3:]}


def load() -> Measured:
    """bench/results.csv."""
    if not RESULTS.exists():
        return {}
    with RESULTS.open(encoding="utf-8") as file:
        return {
            (row["model"], row["target"], row["optimize"]): {
                key: int(row[key]) if row[key] else None for key in COLUMNS[3:]
            }
            for row in csv.DictReader(file)
        }


def save(measured: Measured) -> None:
    """In the order of the tables."""
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key in ((model, target, goal) for model in MODELS for target in TARGETS for goal in GOALS):
            if key in measured:
                writer.writerow([*key, *measured[key].values()])


def millions(count: int) -> str:
    return f"{count / 1e6:.3f} M"


def number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def times(baseline: Baseline | None, figures: Figures) -> str:
    return f"{baseline.instructions / figures['instructions']:.2f}" if baseline else ""


def readme_tables(measured: Measured) -> str:
    """The block between the marks of README.md: for speed, and what RAM a plan for that takes."""
    known = baselines()
    lines = [
        "| int8 model, Cortex-M4 | instructions | arena B | stack B | code B | weights B |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for model, title in MODELS.items():
        cells = " | ".join(f"{measured[model, MAIN, 'speed'][key]:,}" for key in KEYS)
        lines.append(f"| {model}: {title} | {cells} |")
    lines += [
        "",
        "| | zerre: instructions | arena B | flash B | TFLM reference | arena B | flash B | TFLM + CMSIS-NN | arena B | flash B |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    ratios = []
    for model in MODELS:
        theirs = [known.get((model, MAIN, kernels)) for kernels in ("reference", "CMSIS-NN")]
        f = measured[model, MAIN, "speed"]
        ours = Baseline(f["instructions"], f["arena"], f["code"] + f["weights"])
        rows = [row for row in (ours, *theirs) if row]
        if len(rows) < 3:
            continue
        cells = " | ".join(f"{millions(row.instructions)} | {number(row.arena)} | {number(row.flash)}" for row in rows)
        lines.append(f"| {model} | {cells} |")
        ratios.append(rows[2].instructions / ours.instructions)
    lines += [
        "",
        f"On these models zerre executes {min(ratios):.2f} to {max(ratios):.2f} times fewer instructions than TFLM with "
        "CMSIS-NN.",
        "",
        "| instructions, TFLM + CMSIS-NN beside | " + " | ".join(f"{target} | TFLM" for target in TARGETS[1:]) + " |",
        "|---" + "|--:" * (2 * len(TARGETS) - 2) + "|",
    ]
    for model in MODELS:
        cells = []
        for target in TARGETS[1:]:
            theirs = known.get((model, target, "CMSIS-NN"))
            cells += [millions(measured[model, target, "speed"]["instructions"])]
            cells += [millions(theirs.instructions) if theirs else ""]
        lines.append(f"| {model} | {' | '.join(cells)} |")
    lines += [
        "",
        "| for little RAM, Cortex-M4 | arena B | of TFLM + CMSIS-NN's | instructions | of those for speed |",
        "|---|--:|--:|--:|--:|",
    ]
    for model in MODELS:
        f, fast = measured[model, MAIN, "ram"], measured[model, MAIN, "speed"]
        theirs = known.get((model, MAIN, "CMSIS-NN"))
        part = f"{100 * f['arena'] / theirs.arena:.0f} %" if theirs and theirs.arena else ""
        slower = f"{f['instructions'] / fast['instructions']:.2f}"
        lines.append(f"| {model} | {f['arena']:,} | {part} | {f['instructions']:,} | {slower} |")
    return "\n".join(lines)


def page(measured: Measured) -> str:
    """docs/results.md."""
    known = baselines()
    lines = [INTRODUCTION]
    for model, title in MODELS.items():
        lines += [
            f"## {model}: {title}",
            "",
            "| chip | goal | instructions | cycles | arena B | stack B | code B | weights B | times fewer |",
            "|---|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for target in TARGETS:
            theirs = known.get((model, target, "CMSIS-NN"))
            for goal in GOALS:
                f = measured[model, target, goal]
                figures = [f["instructions"], f["cycles"], *(f[key] for key in KEYS[1:])]
                cells = " | ".join(number(figure) for figure in figures)
                lines.append(f"| {target} | {goal} | {cells} | {times(theirs, f)} |")
            if theirs:
                flash = f"{theirs.flash:,} in all" if theirs.flash else ""
                lines.append(f"| | TFLM + CMSIS-NN | {theirs.instructions:,} | | {number(theirs.arena)} | | | {flash} | |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def check(models: list[str], folder: Path) -> int:
    wrong, old = 0, load()
    for model in models:
        figures = measure(model, MAIN, "speed", folder)
        for key in KEYS:
            was = old[model, MAIN, "speed"][key]
            if abs(figures[key] - was) > 0.01 * was:
                print(f"results: {key} of {model} is {figures[key]:,}, README.md says {was:,}")
                wrong += 1
    print(f"results: {len(models)} models compared with README.md, {wrong} figures differ by more than 1 %")
    return 1 if wrong else 0


def write(measured: Measured) -> None:
    """The tables."""
    readme = README.read_text(encoding="utf-8")
    start = readme.index(START) + len(START)
    end = readme.index(END, start)
    README.write_text(f"{readme[:start]}\n{readme_tables(measured)}\n{readme[end:]}", encoding="utf-8")
    PAGE.write_text(page(measured), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--models", type=Path, default=ROOT / "../shared/models/mlperf-tiny", metavar="FOLDER")
    parser.add_argument("model", nargs="*")
    options = parser.parse_args()
    if unknown := set(options.model) - set(MODELS):
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    models = options.model or list(MODELS)
    if options.check:
        return check(models, options.models)
    measured = load()
    if options.update:
        for model in models:
            for target in TARGETS:
                for goal in GOALS:
                    measured[model, target, goal] = measure(model, target, goal, options.models)
                    save(measured)
        write(measured)
    print(page(measured), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
