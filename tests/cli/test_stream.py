"""--stream-input: the input comes row by row."""

from __future__ import annotations

import json
import random
import re

import arrays
from frame import DIGITS, SHARED, Case, model, need_tool, zerre

DIGITS_INT8 = DIGITS / "digits_int8.tflite"
SAMPLES = DIGITS / "samples_x.npy"
BY_ROWS = ["--target", "cortex-m4", "--stream-input"]
VWW = SHARED / "models" / "mlperf-tiny" / "vww_int8.tflite"


class Stream(Case):
    """What the commands say; tests/generated has the answers of the generated code."""

    def test_header(self) -> None:
        self.succeeds("compile", DIGITS_INT8, "-o", self.folder, "-n", "net", *BY_ROWS)
        header = (self.folder / "net.h").read_text()
        for words in ("int net_push_row(net *m, const int8_t *row);", "#define NET_INPUT_ROWS 8\n",
                      "#define NET_INPUT_ROW_BYTES 8\n"):
            self.assertIn(words, header)
        for words in ("net_invoke", "net_input"):
            self.assertNotIn(words, header)

    def test_run_and_eval(self) -> None:
        """Both feed whole pictures row by row."""
        whole = self.succeeds("run", DIGITS_INT8, "-i", SAMPLES).out
        self.assertEqual(self.succeeds("run", DIGITS_INT8, "-i", SAMPLES, *BY_ROWS).out, whole)
        words = ["eval", DIGITS_INT8, "-i", SAMPLES, "-l", DIGITS / "samples_y.npy"]
        self.assertEqual(self.succeeds(*words, *BY_ROWS).out, self.succeeds(*words).out)

    def test_bench(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        words = ["bench", DIGITS_INT8, "-i", SAMPLES, "--json", "-O", "ram", "-o"]
        whole = json.loads(self.succeeds(*words, self.folder / "whole.npy").text())
        rows = json.loads(self.succeeds(*words, self.folder / "rows.npy", "--stream-input").text())
        self.assertEqual((self.folder / "rows.npy").read_bytes(), (self.folder / "whole.npy").read_bytes())
        self.assertNotIn("push_instructions_max", whole)
        self.assertLess(rows["push_instructions_max"], rows["instructions"])
        self.assertGreater(8 * rows["push_instructions_max"], rows["instructions"])
        self.assertGreater(rows["cycles"], rows["instructions"])
        layers = sum(layer["instructions"] for layer in rows["layers"])
        self.assertLess(abs(layers - rows["instructions"]), 0.02 * rows["instructions"])
        text = self.succeeds("bench", DIGITS_INT8, "-i", SAMPLES, "-O", "ram", "--stream-input").text()
        self.assertRegex(text, rf"a row +{rows['push_instructions_max']} +at most")

    def test_camera(self) -> None:
        """A real network on the chip, in less RAM than its picture takes: the same bits."""
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        if not VWW.is_file():
            self.skipTest("../shared not here")
        picture = arrays.Array("int8", (2, 96, 96, 3), random.Random("camera").randbytes(2 * 96 * 96 * 3))
        source = self.write("x.npy", arrays.npy(picture))
        words = ["bench", VWW, "-i", source, "--json", "-o"]
        whole = json.loads(self.succeeds(*words, self.folder / "whole.npy").text())
        rows = json.loads(self.succeeds(*words, self.folder / "rows.npy", "-O", "ram", "--stream-input").text())
        self.assertEqual((self.folder / "rows.npy").read_bytes(), (self.folder / "whole.npy").read_bytes())
        self.assertLessEqual(rows["arena_bytes"], 22000)
        self.assertLessEqual(rows["instructions"], 1.15 * whole["instructions"])

    def test_goals(self) -> None:
        """Constants of 'size' are fewer than those of 'speed', the arena of 'ram' is the smallest."""
        arena, constants = {}, {}
        for goal in ("speed", "size", "ram"):
            result = self.succeeds("compile", DIGITS_INT8, "-o", self.folder, *BY_ROWS, "-O", goal)
            found = re.search(r"arena (\d+) bytes .* constants (\d+) bytes", result.text())
            arena[goal], constants[goal] = map(int, found.groups())
        self.assertLess(constants["size"], constants["speed"])
        self.assertLess(arena["ram"], arena["speed"])

    def test_what_cannot_come_by_rows(self) -> None:
        for name, words in (
            ("multi", ["2 inputs"]),
            ("total", ["1x5", "rows x columns"]),
            ("stateful", ["CONCATENATION", "all rows at once"]),
            ("bytes", ["QUANTIZE", "a row of its input", "multiple of 4"]),
            ("int16", ["CONV_2D", "a row of its output", "multiple of 4"]),
        ):
            with self.subTest(name):
                self.fails(1, words, "compile", model(name), "-o", self.folder / "out", *BY_ROWS)
        self.assertEqual(self.files(), [])

    def test_command_line(self) -> None:
        words = ["compile", DIGITS_INT8, "-o", self.folder / "out"]
        self.fails(2, ["--stream-input goes with --target"], *words, "--stream-input")
        for options in (["--kernel", "0=ref"], ["--rows", "1-2=2"]):
            with self.subTest(options):
                self.fails(2, ["--rows", "read the input"], *words, *BY_ROWS, *options)
        self.succeeds(*words, *BY_ROWS, "--rows", "0-1=2", "--kernel", "0=ref")

    def test_sound(self) -> None:
        """A sound model's rows come from its front end."""
        sound = self.folder / "sound"
        sound.mkdir()
        (sound / "model.tflite").write_bytes(model("convolutions").read_bytes())
        (sound / "frontend.json").write_text('{"frontend": "logmel", "bands": 12, "frames": 7}')
        self.fails(2, ["--stream-input", "front end"], "compile", sound, "-o", self.folder / "out", *BY_ROWS)

    def test_budget_by_hand(self) -> None:
        """Rows and kernels that are given are kept: they fit the budget or are refused."""
        words = ["compile", DIGITS_INT8, "-o", self.folder, "--target", "cortex-m4", "--rows", "0-3=1"]
        self.succeeds(*words, "--ram", "4K")
        self.fails(1, ["bytes of arena with these kernels and rows", "without --rows"], *words, "--ram", "3000")

    def test_budget(self) -> None:
        """--ram counts the rows that are kept and not the picture."""
        if not VWW.is_file():
            self.skipTest("../shared not here")
        result = self.succeeds("compile", VWW, "-o", self.folder, *BY_ROWS, "--ram", "22000")
        self.assertLessEqual(int(result.text().split("arena ")[1].split()[0]), 22000)
        result = zerre("compile", VWW, "-o", self.folder, *BY_ROWS, "--ram", "5000")
        self.assertEqual(result.status, 1)
        self.assertRegex(result.err, r"\(CONV_2D\) at subgraph 0: needs at least \d+ bytes of arena")
