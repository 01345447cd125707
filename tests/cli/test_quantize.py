"""quantize: what comes out, and what is said of what cannot be done."""

from __future__ import annotations

import json
from typing import Any

import arrays
from arrays import Array, array
from frame import DIGITS, Case, model

FLOAT = DIGITS / "digits_float.tflite"
SAMPLES = DIGITS / "samples_float_x.npy"
LABELS = DIGITS / "samples_y.npy"


class Quantize(Case):
    """The bundled digits: the float model is right for 19 of the 20 samples."""

    def quantize(self, *options: Any, name: str = "q.tflite") -> str:
        out = self.folder / name
        self.succeeds("quantize", FLOAT, "-c", SAMPLES, "-o", out, *options)
        return str(out)

    def right(self, path: str) -> int:
        return json.loads(self.succeeds("eval", path, "-i", SAMPLES, "-l", LABELS, "--json").text())["right"]

    def shape_of(self, path: str) -> dict[str, Any]:
        return json.loads(self.succeeds("inspect", path, "--json").text())

    def report(self, *options: Any) -> dict[str, Any]:
        self.quantize(*options, "--report", self.folder / "r.json")
        return json.loads((self.folder / "r.json").read_text())

    def test_kinds(self) -> None:
        sizes = {}
        for options, kind in (((), "int8"), (("--weights", "4"), "int8"), (("--activations=16",), "int16"),
                              (("--fast",), "int8"), (("--io", "float"), "float32")):
            with self.subTest(options):
                path = self.quantize(*options)
                found = self.shape_of(path)
                self.assertEqual([found["inputs"][0]["type"], found["outputs"][0]["type"]], [kind, kind])
                self.assertGreaterEqual(self.right(path), 18)
                sizes[options] = found["weights_bytes"]
        self.assertLess(sizes[("--weights", "4")], 0.75 * sizes[()])

    def test_float_ends_keep_their_names(self) -> None:
        before, after = self.shape_of(str(FLOAT)), self.shape_of(self.quantize("--io=float"))
        for side in ("inputs", "outputs"):
            self.assertEqual([t["name"] for t in before[side]], [t["name"] for t in after[side]])
        self.assertEqual(after["operators"][0]["op"], "QUANTIZE")

    def test_same_bytes(self) -> None:
        first, second = self.quantize(name="a.tflite"), self.quantize(name="b.tflite")
        with open(first, "rb") as a, open(second, "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_mixed_flash(self) -> None:
        whole = self.report()["layer_bytes"]
        least = self.report("--weights=4")["layer_bytes"]
        for budget in (whole, (whole + least) // 2, least + 64):
            with self.subTest(budget):
                found = self.report("--weights=mixed", f"--flash={budget}")
                self.assertLessEqual(found["layer_bytes"], budget)
                self.assertLessEqual({layer["weight_bits"] for layer in found["layers"]}, {0, 4, 8})
                self.assertGreaterEqual(self.right(str(self.folder / "q.tflite")), 17)
        self.fails(1, ["512"], "quantize", FLOAT, "-c", SAMPLES, "-o", self.folder / "n.tflite", "-w", "mixed",
                   "--flash=512")
        self.assertFalse((self.folder / "n.tflite").exists())

    def test_mixed_drop(self) -> None:
        found = self.report("--weights=mixed", "--max-drop=0")
        self.assertEqual(found["agreement"], 1)
        self.assertLessEqual(found["layer_bytes"], self.report()["layer_bytes"])

    def test_report(self) -> None:
        found = self.report()
        self.assertEqual(found["samples"], 20)
        self.assertGreater(found["score_sqnr_db"], 20)
        self.assertAlmostEqual(sum(layer["share"] for layer in found["layers"]), 1, places=6)
        for layer in found["layers"]:
            self.assertTrue(layer["low"] <= 0 <= layer["high"], layer)
            self.assertTrue(layer["output_sqnr_db"] is None or layer["output_sqnr_db"] > 10, layer)
            self.assertEqual(layer["weights"] > 0, layer["weight_sqnr_db"] is not None)
        for name, words in (("r.txt", ["CONV_2D", "fixed", "at the same place"]),
                            ("r.html", ["<!DOCTYPE html>", "<svg", "SOFTMAX", "</html>"])):
            self.quantize("--report", self.folder / name)
            text = (self.folder / name).read_text()
            for word in words:
                self.assertIn(word, text)
            for word in ("<script", "http:", "https:", "url("):
                self.assertNotIn(word, text)

    def test_usage(self) -> None:
        base = ("quantize", FLOAT, "-c", SAMPLES, "-o", self.folder / "n.tflite")
        for words, options in ((["--weights"], ["--weights=5"]), (["--activations"], ["-a", "4"]),
                               (["--io"], ["--io=uint8"]), (["--headroom"], ["--headroom=-1"]),
                               (["--max-drop"], ["-w", "mixed", "--max-drop=101"]),
                               (["--weights mixed"], ["--flash=14K"]), (["--flash or --max-drop"], ["-w", "mixed"])):
            with self.subTest(options):
                self.fails(2, words, *base, *options)
        self.fails(2, ["--output"], "quantize", FLOAT, "-c", SAMPLES)
        self.fails(2, ["--calibrate"], "quantize", FLOAT, "-o", self.folder / "n.tflite")

    def test_refuses(self) -> None:
        out = self.folder / "n.tflite"
        self.fails(1, ["quantized already"], "quantize", DIGITS / "digits_int8.tflite", "-c",
                   DIGITS / "samples_x.npy", "-o", out)
        shape = arrays.parse_npy(SAMPLES.read_bytes()).shape
        size = 1
        for dim in shape[1:]:
            size *= dim
        for words, values in ((["not finite"], [float("nan")] * size), (["not finite"], [float("inf")] * size)):
            x = self.write("x.npy", arrays.npy(array("float32", (1, *shape[1:]), values)))
            self.fails(1, words, "quantize", FLOAT, "-c", x, "-o", out)
        empty = self.write("x.npy", arrays.npy(Array("float32", (0, *shape[1:]), b"")))
        self.fails(1, ["no samples"], "quantize", FLOAT, "-c", empty, "-o", out)
        self.assertFalse(out.exists())

    def test_doubts(self) -> None:
        """Samples that do not show enough are remarked on; ones that agree are not."""
        given = arrays.parse_npy(SAMPLES.read_bytes())
        size = len(given.values()) // given.shape[0]
        out = self.folder / "q.tflite"

        def said(samples: list[float]) -> str:
            x = self.write("x.npy", arrays.npy(array("float32", (len(samples) // size, *given.shape[1:]), samples)))
            return self.succeeds("quantize", FLOAT, "-c", x, "-o", out, "--fast").err

        same, double = given.values(), [2 * v for v in given.values()]
        self.assertEqual(said(same + same), "")
        self.assertIn("5 samples hardly show", said(same[: 5 * size]))
        self.assertIn("a single sample decides", said(same + same + [9 * v for v in same[:size]]))
        every_other = [v for i in range(20) for part in (double, same) for v in part[i * size : (i + 1) * size]]
        self.assertIn("every other sample shows a narrower range", said(every_other))

    def test_silence(self) -> None:
        """Samples that are all 0 make ranges of nothing; the model must come out all the same."""
        shape = arrays.parse_npy(SAMPLES.read_bytes()).shape
        size = 1
        for dim in shape[1:]:
            size *= dim
        x = self.write("x.npy", arrays.npy(array("float32", (2, *shape[1:]), [0.0] * (2 * size))))
        out = self.folder / "zero.tflite"
        self.succeeds("quantize", FLOAT, "-c", x, "-o", out)
        self.succeeds("check", out)
