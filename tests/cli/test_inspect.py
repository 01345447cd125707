"""inspect and check: what is said about a model, for people and for programs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from frame import TINY, Case, model, need_tool, zerre


class Inspect(Case):
    """inspect"""

    def object(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """The one JSON object that standard output must be."""
        text = self.succeeds(*arguments, **options).text()
        self.assertTrue(text.startswith("{") and text.endswith("}\n"), text)
        return json.loads(text)

    def test_keys(self) -> None:
        for name in TINY:
            with self.subTest(name):
                found = self.object("inspect", model(name), "--json")
                for key in ("inputs", "outputs", "operators", "macs", "weights_bytes", "arena_bytes", "sha256"):
                    self.assertIn(key, found)
                for port in found["inputs"] + found["outputs"]:
                    self.assertEqual(list(port), ["name", "shape", "type", "scale", "zero_point"])
                self.assertEqual(found["sha256"], hashlib.sha256(model(name).read_bytes()).hexdigest())

    def test_numbers(self) -> None:
        found = self.object("inspect", model("convolutions"), "--json")
        (x,), (y,) = found["inputs"], found["outputs"]
        self.assertEqual((x["name"], x["shape"], x["type"], x["zero_point"]), ("x", [1, 7, 6, 2], "int8", -1))
        self.assertAlmostEqual(x["scale"], 0.04, places=8)
        self.assertEqual((y["name"], y["shape"]), ("grouped", [1, 3, 2, 4]))
        operators = found["operators"]
        self.assertEqual([operator["op"] for operator in operators], ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"])
        macs = [7 * 6 * 4 * 3 * 2 * 2, 4 * 3 * 8 * 3 * 3, 3 * 2 * 4 * 2 * 2 * 4]
        self.assertEqual([operator["macs"] for operator in operators], macs)
        self.assertEqual(found["macs"], sum(macs))
        self.assertTrue(all(operator["supported"] for operator in operators))

    def test_arena_is_what_is_compiled(self) -> None:
        for name in TINY:
            with self.subTest(name):
                found = self.object("inspect", model(name), "--json")
                self.succeeds("compile", model(name), "-o", self.folder, "-n", "net")
                header = (self.folder / "net.h").read_text()
                self.assertIn(f"#define NET_ARENA_BYTES {max(found['arena_bytes'], 1)}\n", header)

    def test_unquantized_ports(self) -> None:
        found = self.object("inspect", model("float"), "--json")
        self.assertIsNone(found["inputs"][0]["scale"])
        self.assertIsNone(found["inputs"][0]["zero_point"])

    def test_text(self) -> None:
        text = self.succeeds("inspect", model("stateful")).text()
        for words in ("input   frame  1x2x1x3 int8", "output  heard", "state   rows", "CONV_2D", "total"):
            self.assertIn(words, text)

    def test_hostile_names_stay_on_their_line(self) -> None:
        """No byte of a model's text reaches the terminal as a control byte."""
        for words in (["inspect", model("names")], ["inspect", model("names"), "--json"]):
            out = self.succeeds(*words).out
            self.assertNotRegex(out, rb"[\x00-\x09\x0b-\x1f\x7f-\xff]" if "--json" not in words else rb"[\x80-\xff]")

    def test_svg(self) -> None:
        need_tool("dot")
        for name in TINY:
            with self.subTest(name):
                self.succeeds("inspect", model(name), "--svg", self.folder / "graph.svg")
                self.assertIn("<svg", (self.folder / "graph.svg").read_text())
        self.assertEqual(self.files(), ["graph.svg"])

    def test_svg_without_graphviz(self) -> None:
        words = ["inspect", model("multi"), "--svg", self.folder / "graph.svg"]
        self.fails(3, ["install graphviz"], *words, env={"PATH": str(self.folder)})
        self.assertEqual(self.files(), [])

    def test_svg_in_no_folder(self) -> None:
        need_tool("dot")
        self.fails(1, ["no/graph.svg: "], "inspect", model("multi"), "--svg", self.folder / "no" / "graph.svg")


class Check(Case):
    """check"""

    def test_fits(self) -> None:
        result = self.succeeds("check", model("convolutions"), "--ram", "1K", "--flash=64k")
        self.assertIn("3 operators, all supported", result.text())

    def test_json(self) -> None:
        result = self.succeeds("check", model("convolutions"), "--json")
        found = json.loads(result.text())
        inspected = json.loads(self.succeeds("inspect", model("convolutions"), "--json").text())
        self.assertTrue(found["ok"])
        self.assertEqual(found["problems"], [])
        for key in ("arena_bytes", "weights_bytes"):
            self.assertEqual(found[key], inspected[key])
        self.assertGreaterEqual(found["ram_bytes"], found["arena_bytes"])
        self.assertIsNone(found["code_bytes"])

    def test_every_budget_that_is_exceeded(self) -> None:
        result = zerre("check", model("convolutions"), "--ram", "10", "--flash", "20")
        self.assertEqual(result.status, 1)
        self.assertEqual(len(result.lines()), 2, result.err)
        self.assertIn("RAM, 10 are there", result.lines()[0])
        self.assertIn("flash, 20 are there", result.lines()[1])
        result = zerre("check", model("convolutions"), "--ram", "10", "--json")
        self.assertEqual(result.status, 1)
        found = json.loads(result.text())
        self.assertFalse(found["ok"])
        self.assertEqual(len(found["problems"]), 1)

    def test_json_of_a_bad_model(self) -> None:
        """The answer is JSON whatever it is."""
        result = zerre("check", self.write("bad.tflite", b"bad"), "--json")
        self.assertEqual((result.status, len(result.lines())), (1, 1))
        found = json.loads(result.text())
        self.assertFalse(found["ok"])
        self.assertEqual(len(found["problems"]), 1)
        self.assertIsNone(found["ram_bytes"])

    def test_operators(self) -> None:
        names = self.succeeds("check", "--operators").text().split("\n")[:-1]
        self.assertEqual(names, sorted(names))
        self.assertIn("CONV_2D", names)
        self.assertGreaterEqual(len(names), 46)
