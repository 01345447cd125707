"""eval: accuracy and AUC against a plain computation."""

from __future__ import annotations

import json
import random
from typing import Any

import arrays
from arrays import Array, array
from frame import Case, model, zerre


class Eval(Case):
    """The model 'bytes' gives three classes, 'total' as many outputs as inputs."""

    def evaluate(self, name: str, x: Array, labels: list[float], *rest: Any, kind: str = "int64") -> dict[str, Any]:
        result = self.succeeds(
            "eval", model(name),
            "-i", self.write("x.npy", arrays.npy(x)),
            "-l", self.write("y.npy", arrays.npy(array(kind, (len(labels),), labels))),
            "--json", *rest,
        )
        self.assertTrue(result.text().startswith("{"))
        return json.loads(result.text())

    def run_model(self, name: str, x: Array) -> Array:
        result = self.succeeds("run", model(name), "-i", self.write("x.npy", arrays.npy(x)), "-o", "-")
        return arrays.parse(result.out)[""]

    def pictures(self, count: int) -> Array:
        chance = random.Random(1)
        return Array("uint8", (count, 6, 6, 1), chance.randbytes(36 * count))

    def classes(self, x: Array) -> list[int]:
        """The first class with the greatest score."""
        scores = self.run_model("bytes", x).values()
        rows = [scores[at : at + 3] for at in range(0, len(scores), 3)]
        return [row.index(max(row)) for row in rows]

    def test_accuracy(self) -> None:
        x = self.pictures(60)
        answers = self.classes(x)
        chance = random.Random(2)
        labels = [answer if chance.random() < 0.7 else chance.randrange(3) for answer in answers]
        counts = [[sum(1 for a, y in zip(answers, labels) if (y, a) == (row, column)) for column in range(3)]
                  for row in range(3)]
        right = sum(counts[index][index] for index in range(3))
        self.assertGreater(len(set(answers)), 1)
        found = self.evaluate("bytes", x, labels)
        self.assertEqual(found, {
            "metric": "accuracy", "value": right / 60, "samples": 60, "right": right, "confusion": counts,
        })
        for kind in ("uint8", "int32", "float32"):
            with self.subTest(kind):
                self.assertEqual(self.evaluate("bytes", x, labels, "-m", "accuracy", kind=kind), found)

    def test_text(self) -> None:
        x = self.pictures(4)
        labels = self.write("y.npy", arrays.npy(array("int32", (4,), self.classes(x))))
        result = self.succeeds("eval", model("bytes"), "-i", self.folder / "x.npy", "-l", labels)
        self.assertEqual(result.text(), "accuracy 100.00 % (4 of 4)\n")

    def test_auc_of_the_reconstruction_error(self) -> None:
        """'total' adds what it heard before: with state, the order of the samples counts."""
        chance = random.Random(3)
        scale, zero, count = 0.5, 7, 40
        stored = [chance.randint(zero - 20, zero + 20) for _ in range(5 * count)]
        x = array("int8", (count, 5), stored)
        y = self.run_model("total", x).values()
        scores = [sum((scale * (a - b)) ** 2 for a, b in zip(stored[at : at + 5], y[at : at + 5])) / 5
                  for at in range(0, 5 * count, 5)]
        labels = [chance.randrange(2) for _ in scores]
        found = self.evaluate("total", x, labels, "--metric", "auc")
        self.assertEqual((found["metric"], found["samples"]), ("auc", count))
        self.assertAlmostEqual(found["value"], auc(scores, labels), places=12)

    def test_auc_with_ties(self) -> None:
        x = array("int8", (6, 5), [7] * 15 + [8] * 15)
        found = self.evaluate("total", x, [0, 1, 0, 1, 1, 0], "-m", "auc")
        scores = [sum((0.5 * (a - b)) ** 2 for a, b in zip(x.values()[at : at + 5],
                                                            self.run_model("total", x).values()[at : at + 5]))
                  for at in range(0, 30, 5)]
        self.assertLess(len(set(scores)), 6)
        self.assertAlmostEqual(found["value"], auc(scores, [0, 1, 0, 1, 1, 0]), places=12)

    def says(self, words: list[str], name: str, x: Array, labels: Array, *rest: Any) -> None:
        self.write("x.npy", arrays.npy(x))
        self.write("y.npy", arrays.npy(labels))
        self.fails(1, words, "eval", model(name), "-i", "x.npy", "-l", "y.npy", *rest, cwd=self.folder)

    def test_bad_labels(self) -> None:
        x = self.pictures(2)
        for labels in ([0, 3], [-1, 0], [0.5, 1], [float("nan"), 1]):
            with self.subTest(labels):
                self.says(["y.npy: label ", "not a class 0..2"], "bytes", x, array("float32", (2,), labels))
        self.says(["y.npy: ", "3 labels for 2 samples"], "bytes", x, array("int8", (3,), [0, 0, 0]))
        total = array("int8", (2, 5), [0] * 10)
        self.says(["one class only"], "total", total, array("int8", (2,), [1, 1]), "-m", "auc")
        self.says(["not a class 0..1"], "total", total, array("int8", (2,), [1, 2]), "-m", "auc")

    def test_auc_of_classes(self) -> None:
        self.says(["one or two scores"], "bytes", self.pictures(2), array("int8", (2,), [0, 1]), "-m", "auc")

    def test_missing_labels(self) -> None:
        self.write("x.npy", arrays.npy(self.pictures(1)))
        result = zerre("eval", model("bytes"), "-i", "x.npy", "-l", "no.npy", cwd=self.folder)
        self.assertEqual((result.status, len(result.lines())), (1, 1))
        self.assertIn("no.npy: cannot open", result.err)


def auc(scores: list[float], labels: list[int]) -> float:
    """How often a positive's score is above a negative's; equal ones count half."""
    above = [1.0 if p > n else 0.5 if p == n else 0.0
             for p, a in zip(scores, labels) if a for n, b in zip(scores, labels) if not b]
    return sum(above) / len(above)
