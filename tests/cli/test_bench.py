"""bench: what is reported, on one board; tests/firmware tries the others."""

from __future__ import annotations

import json

import arrays
from frame import DIGITS, Case, inputs, model, need_tool, outputs, zerre

KEYS = ("target", "compiler", "instructions", "cycles", "cycles_least", "cycles_most", "cycle_model", "wait_states",
        "ram_bytes", "arena_bytes", "stack_bytes", "static_bytes", "flash_bytes", "code_bytes", "weights_bytes",
        "inferences", "layers")
LAYER_KEYS = ("name", "op", "kernel", "instructions", "cycles", "macs", "arena_bytes")


class Bench(Case):
    """bench"""

    def need_tools(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")

    def test_json(self) -> None:
        self.need_tools()
        result = self.succeeds("bench", model("stateful"), "-i", inputs("stateful"), "-o", self.folder / "y.npy", "--json")
        found = json.loads(result.text())
        for key in KEYS:
            self.assertIn(key, found)
        self.assertEqual(found["target"], "cortex-m4")
        self.assertEqual(found["inferences"], 6)
        self.assertGreater(found["instructions"], 0)
        self.assertEqual(found["ram_bytes"], found["arena_bytes"] + found["stack_bytes"] + found["static_bytes"])
        self.assertEqual(found["flash_bytes"], found["code_bytes"] + found["weights_bytes"])
        for layer in found["layers"]:
            self.assertEqual(sorted(layer), sorted(LAYER_KEYS))
            self.assertGreater(layer["instructions"], 0)
            self.assertGreater(layer["cycles"], 0)
        self.assertLessEqual(found["cycles_least"], found["cycles"])
        self.assertLessEqual(found["cycles"], found["cycles_most"])
        self.assertEqual(found["wait_states"], 0)
        self.assertEqual(arrays.load(self.folder / "y.npy")[""], arrays.load(outputs("stateful"))["output_0"])
        self.assertEqual(self.files(), ["y.npy"])

    def test_any_name(self) -> None:
        """Of words that the harness uses itself, too."""
        self.need_tools()
        for name in ("model", "arena", "samples", "bench"):
            path = self.write(f"{name}.tflite", model("total").read_bytes())
            self.succeeds("bench", path, "-i", inputs("total"))

    def test_wait_states(self) -> None:
        self.need_tools()
        cycles = []
        for n in ("0", "2", "4"):
            result = self.succeeds("bench", model("multi"), "--json", "--wait-states", n)
            cycles.append(json.loads(result.text())["cycles"])
        self.assertGreater(cycles[1], cycles[0])
        self.assertEqual(cycles[2] - cycles[1], cycles[1] - cycles[0])
        text = self.succeeds("bench", model("multi"), "--wait-states", "4").text()
        self.assertRegex(text, rf"cycles +{cycles[2]} +estimated .* 4 wait states")
        for wrong in ("-1", "x", "1x", "101", ""):
            self.fails(2, ["--wait-states"], "bench", model("multi"), "--wait-states", wrong)

    def test_optimize_size(self) -> None:
        """Less flash than for speed, and not at any price: the smallest kernels take 16 times as long."""
        self.need_tools()
        digits = DIGITS / "digits_int8.tflite"
        speed, size = (
            json.loads(self.succeeds("bench", digits, "--json", "-O", goal).text()) for goal in ("speed", "size")
        )
        self.assertLess(size["flash_bytes"], 0.8 * speed["flash_bytes"])
        self.assertLess(size["instructions"], 2 * speed["instructions"])
        for found in (speed, size):
            layers = sum(layer["instructions"] for layer in found["layers"])
            self.assertLess(abs(layers - found["instructions"]), 0.001 * found["instructions"])

    def test_no_cycles(self) -> None:
        """Where Arm has published no times, there is no estimate and nothing is said about it."""
        self.need_tools()
        result = self.succeeds("bench", model("multi"), "--json", "--target", "cortex-m7")
        found = json.loads(result.text())
        self.assertIsNone(found["cycles"])
        self.assertIsNone(found["cycle_model"])
        self.assertEqual({layer["cycles"] for layer in found["layers"]}, {None})
        self.assertEqual(result.err, "")

    def test_targets(self) -> None:
        self.assertIn("cortex-m4", self.succeeds("bench", "--target", "list").text())
        self.fails(2, ["'z80'", "--target list"], "bench", model("multi"), "--target", "z80")

    def test_missing_tools(self) -> None:
        """Says which packages to install, and leaves nothing in the folder for temporary files."""
        env = {"PATH": "/nonexistent", "TMPDIR": str(self.folder)}
        for command in (["bench", model("multi")], ["check", model("multi"), "--target", "cortex-m4"]):
            with self.subTest(command[0]):
                result = zerre(*command, env=env)
                self.assertEqual((result.status, result.out), (3, b""))
                self.assertIn("gcc-arm-none-eabi", result.err)
                for line in result.lines():
                    self.assertRegex(line, "^zerre: .* install the Debian package ")
        self.assertEqual(self.files(), [])

    def test_no_folder_for_temporary_files(self) -> None:
        self.fails(1, ["/nonexistent/zerre-"], "bench", model("multi"), env={"TMPDIR": "/nonexistent"})
