"""What quantization costs: bench/quantization.py [--shared FOLDER] [--litert] [--json FILE] [NAME ...]

Quantizes public float models with 'zerre quantize' and compares the results with the float models on data that the
calibration did not see, with 'zerre eval' and 'zerre run'. Models and data are those of FOLDER (../shared; its SOURCES.md
says where they come from). --litert runs the written files with ai-edge-litert's reference kernels too. NAME: kws, ic,
vww, ad, ad_keras, others, or all of them. $ZERRE is the program, build/zerre without it.

Needs NumPy and, for vww, Pillow.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ZERRE = os.environ.get("ZERRE", str(ROOT / "build/zerre"))

KINDS: dict[str, list[str]] = {
    "int8": [],
    "int8 --fast": ["--fast"],
    "int4": ["--weights", "4"],
    "int8/16": ["--activations", "16"],
    "mixed 14K": ["--weights", "mixed", "--flash", "14336"],
}
"""The columns, and the options that make them. int8/16: weights of 8, values of 16 bits."""


def zerre(*words: Any) -> str:
    result = subprocess.run([ZERRE, *map(str, words)], capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"zerre {' '.join(map(str, words))}: {result.stderr}")
    return result.stdout


@dataclass
class Set:
    """Samples to judge by, with labels where there are some."""

    name: str
    x: np.ndarray
    y: np.ndarray | None = None


@dataclass
class Task:
    """A float model, what it is calibrated with and what it is judged by."""

    model: Path
    calibration: np.ndarray
    sets: list[Set]
    rebuilds: bool = False
    kinds: Sequence[str] = ("int8", "int8 --fast", "int4")
    results: list[dict[str, Any]] = field(default_factory=list)


# ---- Data ----


def pictures(shared: Path) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    from PIL import Image

    def enlarge(x: np.ndarray) -> np.ndarray:
        return np.stack([np.asarray(Image.fromarray(p).resize((96, 96), Image.Resampling.BICUBIC)) for p in x]) / 255

    return np.load(shared / "data/cifar10/calibration_x.npy"), enlarge


def kws(shared: Path) -> Task:
    x = (np.load(shared / "data/kws01/x.npy").astype(np.float32) - 83) * 0.5847029
    y = np.load(shared / "data/kws01/y.npy")
    return Task(shared / "models/mlperf-tiny/kws_float.tflite", x[:100], [Set("700 words", x[100:], y[100:])],
                kinds=tuple(KINDS))


def ic(shared: Path) -> Task:
    sets = [Set(name, np.load(shared / f"data/{name}/x.npy"), np.load(shared / f"data/{name}/y.npy"))
            for name in ("cifar10", "cifar10_raw")]
    return Task(shared / "models/mlperf-tiny/ic_float.tflite",
                np.load(shared / "data/cifar10/calibration_x.npy")[:200], sets)


def vww(shared: Path) -> Task:
    calibration, enlarge = pictures(shared)
    coco = shared / "data/vww_coco"
    return Task(shared / "models/mlperf-tiny/vww_float.tflite", enlarge(calibration), [
        Set("vww_coco", np.load(coco / "x.npy") / 255, np.load(coco / "y.npy")),
        Set("cifar10 enlarged", enlarge(np.load(shared / "data/cifar10/x.npy"))),
    ])


def autoencoder(shared: Path, name: str) -> Task:
    file = shared / "data/ad01_sample/normal_id_01_00000000_hist_librosa.bin"
    frames = np.fromfile(file, dtype=np.float32).reshape(200, 128)
    windows = np.stack([frames[i : i + 5].ravel() for i in range(len(frames) - 4)])
    return Task(shared / f"models/mlperf-tiny/{name}.tflite", windows[:-40], [Set("last 40 windows", windows[-40:])],
                rebuilds=True)


def others(shared: Path) -> list[Task]:
    """Models of other makers."""
    mnist_x = np.load(shared / "data/mnist_test/x.npy")[..., None] / 255
    mnist = [Set("mnist", mnist_x[200:], np.load(shared / "data/mnist_test/y.npy")[200:])]
    cifar = [Set("cifar10", np.load(shared / "data/cifar10/x.npy") / 255, np.load(shared / "data/cifar10/y.npy"))]
    tinymaix = shared / "models/tinymaix"
    calibration, enlarge = pictures(shared)
    return [
        Task(tinymaix / "mnist_valid_f.tflite", mnist_x[:200], mnist),
        Task(tinymaix / "mnist_resnet_f.tflite", mnist_x[:200], mnist),
        Task(tinymaix / "cifar10_f.tflite", calibration[:200] / 255, cifar),
        Task(tinymaix / "vww96_f.tflite", enlarge(calibration[:100]),
             [Set("vww_coco", np.load(shared / "data/vww_coco/x.npy") / 255,
                  np.load(shared / "data/vww_coco/y.npy"))]),
    ]


# ---- Measuring ----


class Runner:
    """Models on samples, with zerre or LiteRT, scores as floats."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, name: str, x: np.ndarray) -> Path:
        path = self.folder / f"{name}.npy"
        np.save(path, np.ascontiguousarray(x, dtype=np.float32 if x.dtype != np.int32 else np.int32))
        return path

    def scores(self, model: Path, x: np.ndarray) -> np.ndarray:
        zerre("run", model, "-i", self.save("x", x), "-o", self.folder / "y.npy")
        return self.real(model, np.load(self.folder / "y.npy"))

    def real(self, model: Path, y: np.ndarray) -> np.ndarray:
        if y.dtype == np.float32:
            return y.astype(np.float64)
        output = json.loads(zerre("inspect", model, "--json"))["outputs"][0]
        return (y.astype(np.float64) - output["zero_point"]) * output["scale"]

    def litert(self, model: Path, x: np.ndarray) -> np.ndarray:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        interpreter = Interpreter(str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        interpreter.allocate_tensors()
        given, taken = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        scale, zero = given["quantization"]
        rows = []
        for sample in x.astype(np.float32):
            if given["dtype"] != np.float32:
                info = np.iinfo(given["dtype"])
                sample = np.clip(np.round(sample / np.float32(scale)) + zero, info.min, info.max)
            interpreter.set_tensor(given["index"], sample.astype(given["dtype"]).reshape(given["shape"]))
            interpreter.invoke()
            rows.append(interpreter.get_tensor(taken["index"])[0])
        return self.real(model, np.stack(rows))

    def accuracy(self, model: Path, samples: Set) -> float:
        assert samples.y is not None
        x, y = self.save("x", samples.x), self.save("labels", samples.y.astype(np.int32))
        return 100 * json.loads(zerre("eval", model, "-i", x, "-l", y, "--json"))["value"]


def compare(real: np.ndarray, found: np.ndarray, samples: Set, rebuilds: bool) -> dict[str, float]:
    if not rebuilds:
        return {"agreement %": 100 * float(np.mean(real.argmax(1) == found.argmax(1))),
                "mean squared error": float(np.mean((real - found) ** 2))}
    before, after = (((samples.x - y) ** 2).mean(axis=1) for y in (real, found))
    return {"correlation": float(np.corrcoef(before, after)[0, 1]),
            "relative error %": 100 * float(np.mean(np.abs(after - before) / before))}


def judge(runner: Runner, task: Task, kind: str, litert: bool) -> None:
    out = runner.folder / "quantized.tflite"
    calibration = runner.save("calibration", task.calibration)
    start = time.monotonic()
    zerre("quantize", task.model, "-c", calibration, "-o", out, *KINDS[kind])
    seconds = time.monotonic() - start
    for samples in task.sets:
        row: dict[str, Any] = {"model": task.model.stem, "kind": kind, "set": samples.name,
                               "seconds": round(seconds, 1), "bytes": out.stat().st_size}
        real, found = runner.scores(task.model, samples.x), runner.scores(out, samples.x)
        if samples.y is not None:
            row["float %"] = runner.accuracy(task.model, samples)
            row["accuracy %"] = runner.accuracy(out, samples)
        row |= compare(real, found, samples, task.rebuilds)
        if litert:
            other = runner.litert(out, samples.x)
            row["same as LiteRT %"] = 100 * float(np.mean(np.all(np.isclose(other, found, atol=1e-6), axis=1)))
        if kind.startswith("mixed"):
            text = zerre("compile", out, "-o", runner.folder / "c", "--name", "net")
            row["constants"] = text.strip().split("constants ")[-1]
        show(row)
        task.results.append(row)


def show(row: dict[str, Any]) -> None:
    cells = [f"{k} {v:.6g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items() if k != "model"]
    print(f"{row['model']:>16}  " + "  ".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--litert", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--kind", action="append", choices=list(KINDS))
    options = parser.parse_args()
    if not options.shared.exists():
        print(f"skipped: {options.shared} not here")
        return
    makers: dict[str, Callable[[Path], Task | list[Task]]] = {
        "kws": kws, "ic": ic, "vww": vww,
        "ad": lambda shared: autoencoder(shared, "ad_float"),
        "ad_keras": lambda shared: autoencoder(shared, "ad_keras_float"),
        "others": others,
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder))
        for name in options.names or makers:
            made = makers[name](options.shared)
            for task in made if isinstance(made, list) else [made]:
                for kind in options.kind or task.kinds:
                    judge(runner, task, kind, options.litert)
                rows += task.results
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
