"""convert: the model that comes out computes what the one that went in computes."""

from __future__ import annotations

import arrays
from frame import DIGITS, TINY, Case, inputs, model


class Convert(Case):
    """What is in the file is tested by tests/unit/test_export.c and tests/conformance/test_convert.py."""

    def convert(self, name: str, output: str = "out.tflite") -> bytes:
        result = self.succeeds("convert", model(name), "-o", self.folder / output)
        self.assertEqual((result.out, result.err), (b"", ""))
        return (self.folder / output).read_bytes()

    def test_same_answers(self) -> None:
        for name in TINY:
            with self.subTest(name):
                self.convert(name)
                self.succeeds("run", model(name), "-i", inputs(name), "-o", self.folder / "a.npz")
                self.succeeds("run", self.folder / "out.tflite", "-i", inputs(name), "-o", self.folder / "b.npz")
                self.assertEqual(arrays.load(self.folder / "a.npz"), arrays.load(self.folder / "b.npz"))

    def test_same_c(self) -> None:
        """Of the converted model, except for what names the file."""
        for name in TINY:
            with self.subTest(name):
                self.convert(name)
                texts = []
                for path, folder in ((model(name), "a"), (self.folder / "out.tflite", "b")):
                    self.succeeds("compile", path, "-o", self.folder / folder, "-n", "net")
                    texts.append((self.folder / folder / "net_weights.c").read_text().partition("*/")[2])
                self.assertEqual(*texts)

    def test_canonical(self) -> None:
        """A float model can be quantized before or after; with --stream it makes no sense."""
        float_model = DIGITS / "digits_float.tflite"
        self.succeeds("convert", float_model, "--canonical", "-o", self.folder / "out.tflite")
        self.succeeds("inspect", self.folder / "out.tflite")
        self.fails(2, ["--stream", "--canonical"], "convert", float_model, "--canonical", "--stream", "time", "-o", "-")

    def test_deterministic(self) -> None:
        for name in TINY:
            with self.subTest(name):
                once = self.convert(name)
                self.assertEqual(self.convert(name, "again.tflite"), once)
                self.succeeds("convert", self.folder / "out.tflite", "-o", self.folder / "twice.tflite")
                self.assertEqual((self.folder / "twice.tflite").read_bytes(), once)

    def test_pipes(self) -> None:
        once = self.convert("multi")
        self.assertEqual(self.succeeds("convert", "-", "-o", "-", stdin=model("multi").read_bytes()).out, once)

    def test_what_zerre_refuses_is_not_written(self) -> None:
        """With the sentence that the other commands say."""
        sub, div = b"\x29\0\0\0\x29", b"\x2a\0\0\0\x2a"  # an operator code: the new field, then the old one
        content = self.convert("multi")
        self.assertEqual(content.count(sub), 1)
        self.write("div.tflite", content.replace(sub, div))
        said = self.fails(1, ["operator 0 (DIV)", "not supported"], "convert", "div.tflite", "-o", "no.tflite",
                          cwd=self.folder)
        compiled = self.fails(1, [], "compile", "div.tflite", "-o", "no", cwd=self.folder)
        self.assertEqual(said.err, compiled.err)
        self.assertEqual(self.files(), ["div.tflite", "out.tflite"])
