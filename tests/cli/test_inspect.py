"""inspect and check: what is said about a model, for people and for programs."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from xml.etree import ElementTree

from frame import DIGITS, TINY, Case, model, need_tool, zerre

SVG = "{http://www.w3.org/2000/svg}"


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


class Memory(Case):
    """inspect --memory: what is drawn is what was planned."""

    def object(self, *arguments: Any) -> dict[str, Any]:
        return json.loads(self.succeeds("inspect", *arguments, "--memory", "--json").text())

    def test_order_of_branches(self) -> None:
        """The order of the file has two wide tensors at one time; each branch to its end, there is one."""
        found = self.object(model("branches"))
        self.assertEqual([operator["index"] for operator in found["operators"]], [0, 2, 1, 3, 4])
        wide, narrow, x = 6 * 6 * 8, 2 * 2 * 8, 6 * 6 * 2
        self.assertEqual(found["before_bytes"], 2 * wide + x)
        self.assertLess(found["arena_bytes"], 2 * wide)
        self.assertGreaterEqual(found["arena_bytes"], wide + narrow)
        self.assertEqual(found["arena_bound_bytes"], found["arena_bytes"])

    def test_buffers_fill_the_arena(self) -> None:
        for name in TINY:
            with self.subTest(name):
                found = self.object(model(name))
                ends = [buffer["offset"] + buffer["bytes"] for buffer in found["buffers"]]
                self.assertLessEqual(max(ends, default=0), found["arena_bytes"])
                self.assertGreater(max(ends, default=0) + 8, found["arena_bytes"])
                most = max((operator["used_bytes"] for operator in found["operators"]), default=0)
                self.assertLessEqual(most, found["arena_bytes"])
                for buffer in found["buffers"]:
                    for first, last, begin, end in buffer["lives"]:
                        self.assertLessEqual(first, last)
                        self.assertLessEqual(last, found["steps"])
                        self.assertLess(begin, end)
                        self.assertLessEqual(end, buffer["bytes"])

    def test_chain_is_what_is_alive(self) -> None:
        """Before: the sum of each operator's tensors, which is what inspect adds up where none lies over another."""
        found = self.object(DIGITS / "digits_int8.tflite")
        plain = json.loads(self.succeeds("inspect", DIGITS / "digits_int8.tflite", "--json").text())
        alive = {operator["index"]: operator["arena_bytes"] for operator in plain["operators"]}
        for operator in found["operators"]:
            self.assertEqual(operator["before_bytes"], alive[operator["index"]])
            self.assertLessEqual(operator["used_bytes"], operator["before_bytes"])
        self.assertEqual(found["before_bytes"], max(alive.values()))
        self.assertEqual(found["arena_bytes"], plain["arena_bytes"])

    def rectangles(self, path: str) -> dict[str, list[tuple[float, ...]]]:
        """Of each buffer, by the words that are shown for it, those of its lives."""
        root = ElementTree.parse(self.folder / path).getroot()
        self.assertEqual({element.tag for element in root.iter()} - {SVG + "title"},
                         {SVG + tag for tag in ("svg", "style", "rect", "text", "path", "g")})
        sides = ("x", "y", "width", "height")
        return {group.find(f"{SVG}title").text: [tuple(float(r.get(side)) for side in sides)
                                                 for r in group.iter(f"{SVG}rect")]
                for group in root.iter(f"{SVG}g")}

    def test_picture_of_strips(self) -> None:
        """Every life of a buffer is a rectangle, in proportion to its bytes and steps."""
        words = [DIGITS / "digits_int8.tflite", "--target", "cortex-m4", "--rows", "0-3=1"]
        found = self.object(*words, "--svg", self.folder / "arena.svg")
        self.assertTrue(any(len(buffer["lives"]) > 4 for buffer in found["buffers"]))
        drawn = self.rectangles("arena.svg")
        self.assertEqual(len(drawn), len(found["buffers"]))
        unit = bytes_ = None
        for buffer, (title, lives) in zip(found["buffers"], drawn.items()):
            self.assertTrue(title.startswith(f"{buffer['name']}: {buffer['bytes']} bytes from {buffer['offset']}"))
            self.assertEqual(len(lives), len(buffer["lives"]))
            for (_, _, width, height), (first, last, begin, end) in zip(lives, buffer["lives"]):
                unit = unit or width / (last + 1 - first)
                bytes_ = bytes_ or height / (end - begin)
                self.assertAlmostEqual(width, unit * (last + 1 - first), delta=0.02 + 0.01 * width)
                self.assertAlmostEqual(height, bytes_ * (end - begin), delta=0.02 + 0.01 * height)

    def test_pictures_of_all(self) -> None:
        for name in TINY:
            with self.subTest(name):
                self.succeeds("inspect", model(name), "--memory", "--svg", self.folder / "arena.svg")
                self.rectangles("arena.svg")
                text = (self.folder / "arena.svg").read_text()
                self.assertNotRegex(text.replace('xmlns="http://www.w3.org/2000/svg"', ""), r"script|http|href|url\(")

    def test_text_has_every_operator_and_buffer(self) -> None:
        lines = self.succeeds("inspect", model("stateful"), "--memory").text().splitlines()
        self.assertRegex(lines[0], r"stateful\.tflite: arena \d+ bytes \(optimal\)")
        found = self.object(model("stateful"))
        rows = [line for line in lines if re.match(r"( {4}| *\d+)  \w+ +\d+ +\d+  [.+A-Za-z0-9]+$", line)]
        self.assertEqual(len(rows), len(found["operators"]) + 3)  # reset, input, output
        legend = lines[lines.index(next(line for line in lines if line.endswith("offset      bytes"))) + 1 :]
        self.assertEqual(len(legend), len(found["buffers"]))

    def test_what_cannot_be_planned(self) -> None:
        bad = self.write("bad.tflite", b"bad")
        self.fails(1, ["bad.tflite"], "inspect", bad, "--memory", "--svg", self.folder / "arena.svg")
        self.fails(2, ["--target"], "inspect", model("multi"), "--memory", "--optimize", "ram")
        self.fails(2, ["--target"], "inspect", model("multi"), "--optimize", "ram")
        self.fails(1, ["no/arena.svg: "], "inspect", model("multi"), "--memory", "--svg",
                   self.folder / "no" / "arena.svg")
        self.assertEqual(self.files(), ["bad.tflite"])


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
