"""parity: what is said about a float model and the int8 model made of it."""

from __future__ import annotations

import json
from typing import Any

from frame import DIGITS, Case, inputs, model, need_tool

PAIR = (DIGITS / "digits_float.tflite", DIGITS / "digits_int8.tflite", "-i", DIGITS / "samples_float_x.npy")


class Parity(Case):
    """The figures are tested by tests/unit/test_parity.c."""

    def object(self, *arguments: Any) -> dict[str, Any]:
        return json.loads(self.succeeds("parity", *arguments, "--json").text())

    def test_text(self) -> None:
        text = self.succeeds("parity", *PAIR).text()
        for words in ("digits_int8.tflite against", "20 samples", "DEPTHWISE_CONV_2D", "own", "100 % of 20 samples",
                      "no layer is more than 10 % off"):
            self.assertIn(words, text)

    def test_json(self) -> None:
        found = self.object(*PAIR)
        self.assertEqual((found["samples"], found["agreement"], found["target"]), (20, 1, None))
        self.assertEqual((found["first"], found["source"], found["cause"]), (None, None, None))
        self.assertEqual([layer["index"] for layer in found["layers"]], list(range(12)))
        for layer in found["layers"]:
            self.assertEqual(layer["op"], layer["float_op"])
            self.assertTrue(0 < layer["own_error"] <= layer["error"] + 0.01 < 0.1, layer)
            self.assertTrue(25 < layer["sqnr_db"] < 60, layer)
            self.assertIsNone(layer["chip_different"])

    def test_limit(self) -> None:
        found = self.object(*PAIR, "--limit", "1")
        errors = [layer["error"] for layer in found["layers"]]
        self.assertEqual(found["first"], next(index for index, error in enumerate(errors) if error > 0.01))
        self.assertIsInstance(found["cause"], str)
        self.assertIn("likely cause: ", self.succeeds("parity", *PAIR, "--limit=1").text())
        for limit in ("", "x", "-1", "0", "5%"):
            self.fails(2, ["--limit"], "parity", *PAIR, f"--limit={limit}")

    def test_html(self) -> None:
        self.succeeds("parity", *PAIR, "--html", self.folder / "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertTrue(page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n"))
        for words in ("<svg", "SOFTMAX", "no layer is more than"):
            self.assertIn(words, page)
        for words in ("<script", "http:", "https:", "url(", "src="):
            self.assertNotIn(words, page)

    def test_html_escapes_names(self) -> None:
        """A float model against itself: names come from the file."""
        float_model = (DIGITS / "digits_float.tflite").read_bytes()
        name = b"digits_1/stem_relu_1/Relu"
        self.assertIn(name, float_model)
        path = self.write("f.tflite", float_model.replace(name, b"<b>&" + name[4:]))
        self.succeeds("parity", path, path, *PAIR[2:], "--html", self.folder / "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertIn("&lt;b&gt;&amp;", page)
        self.assertNotIn("<b>", page)

    def test_chip(self) -> None:
        need_tool("qemu-system-arm")
        need_tool("arm-none-eabi-gcc")
        found = self.object(*PAIR, "--target", "cortex-m4")
        self.assertEqual({layer["chip_different"] for layer in found["layers"]}, {0})
        self.assertEqual(found["layers"][-1]["chip_values"], 4 * 10)

    def test_state(self) -> None:
        """Variables are carried on; a model that is not float has nothing to compare with."""
        self.fails(1, ["no layer in common", "float model comes first"], "parity", model("stateful"), model("stateful"),
                   "-i", inputs("stateful"))

    def test_wrong_order(self) -> None:
        self.fails(1, ["no layer in common"], "parity", PAIR[1], PAIR[0], *PAIR[2:])

    def test_other_inputs(self) -> None:
        self.fails(1, ["6x6x6x1", "1x8x8x1"], "parity", PAIR[0], model("bytes"), "-i", inputs("bytes"))
