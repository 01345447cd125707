"""--stream time: a model of clips takes a few frames at a time."""

from __future__ import annotations

import json
import random
import re

import arrays
from frame import MODELS, ROOT, SHARED, Case, need_tool, zerre

KEYWORDS = ROOT / "models" / "keywords"
TIME = ["--stream", "time"]
FRAMES, VALUES, STEP = 49, 40, 8


class Streaming(Case):
    """What the commands say; tests/conformance holds the answers against those of the clips."""

    def clips(self, count: int) -> str:
        values = random.Random(7).randbytes(count * FRAMES * VALUES)
        path = self.folder / "clips.npy"
        path.write_bytes(arrays.npy(arrays.Array("int8", (count, FRAMES, VALUES, 1), values)))
        return str(path)

    def test_run_and_eval(self) -> None:
        """Both step through each clip after a reset: the same answers, in any order of the clips."""
        clips, labels = self.clips(9), self.folder / "labels.npy"
        labels.write_bytes(arrays.npy(arrays.array("int32", (9,), [i % 12 for i in range(9)])))
        whole = self.succeeds("run", KEYWORDS, "-i", clips).out
        self.assertEqual(self.succeeds("run", KEYWORDS, "-i", clips, *TIME).out, whole)
        chip = ["--target", "cortex-m4", "-O", "ram"]
        self.assertEqual(self.succeeds("run", KEYWORDS, "-i", clips, *TIME, *chip).out, whole)
        words = ["eval", KEYWORDS, "-i", clips, "-l", labels, "--json"]
        self.assertEqual(self.succeeds(*words, *TIME).out, self.succeeds(*words).out)

    def test_sound(self) -> None:
        sound = sorted((KEYWORDS / "clips").glob("*.*"))[0]
        whole = self.succeeds("run", KEYWORDS, "-i", sound).out
        self.assertEqual(self.succeeds("run", KEYWORDS, "-i", sound, *TIME).out, whole)

    def test_inspect(self) -> None:
        text = json.loads(self.succeeds("inspect", KEYWORDS, "--json", *TIME).text())
        whole = json.loads(self.succeeds("inspect", KEYWORDS, "--json").text())
        stream = text["stream"]
        self.assertEqual(text["inputs"][0]["shape"], [1, STEP, VALUES, 1])
        self.assertEqual((stream["step_frames"], stream["clip_frames"], stream["clip_steps"]), (STEP, FRAMES, 7))
        self.assertEqual((stream["step_macs"], stream["clip_macs"]), (text["macs"], whole["macs"]))
        self.assertAlmostEqual(stream["ratio"], whole["macs"] / text["macs"])
        self.assertEqual(stream["step_ms"], 160)
        self.assertTrue(stream["has_end"])
        self.assertNotIn("stream", whole)

    def test_compile(self) -> None:
        """It says what was checked, and writes a step and a front end that is no longer one of clips."""
        out = self.succeeds("compile", KEYWORDS, "-o", self.folder / "out", "-n", "net", *TIME).text()
        self.assertRegex(out, r"step +8   frames of a clip's 49, every 160 ms; the answer is \d+ frames late")
        self.assertRegex(out, r"MACs +\d+   of a step, 604608 of the clip in every step: 5\.\d times less")
        self.assertIn("checked: steps through clips of noise give the same bits as the clips\n", out)
        self.assertIn("#define NET_INPUT_0_SHAPE {1, 8, 40, 1}\n", (self.folder / "out" / "net.h").read_text())
        self.assertIn("#define NET_FRONTEND_FRAMES 8 ", (self.folder / "out" / "net_frontend.h").read_text())
        again = self.folder / "again"
        self.succeeds("compile", KEYWORDS, "-o", again, "-n", "net", *TIME)
        for path in (self.folder / "out").iterdir():
            self.assertEqual(path.read_bytes(), (again / path.name).read_bytes())

    def test_end(self) -> None:
        """NAME_end is there when it is asked for; tests/generated calls it."""
        for words, there in (([], False), (["--with-end"], True)):
            out = self.folder / f"out{there}"
            self.succeeds("compile", KEYWORDS, "-o", out, "-n", "net", *TIME, *words)
            self.assertEqual("int net_end(net *m);\n" in (out / "net.h").read_text(), there)
        self.fails(2, ["--with-end goes with --stream time"], "compile", KEYWORDS, "-o", self.folder / "x", "--with-end")

    def test_check(self) -> None:
        out = self.succeeds("check", KEYWORDS, *TIME, "--json").text()
        needs = json.loads(out)
        self.assertEqual(needs["stream"]["step_frames"], STEP)
        self.assertEqual(needs["ram_bytes"], needs["arena_bytes"] + needs["stream"]["state_bytes"])
        self.assertEqual(zerre("check", KEYWORDS, *TIME, "--ram", "1K").status, 1)

    def test_convert(self) -> None:
        """What is written is a stateful model, which gives per step what the streaming one gives."""
        stepped = self.folder / "stepped.tflite"
        self.succeeds("convert", KEYWORDS, *TIME, "-o", stepped)
        ports = json.loads(self.succeeds("inspect", stepped, "--json").text())
        self.assertEqual(ports["inputs"][0]["shape"], [1, STEP, VALUES, 1])
        self.fails(1, ["has state of its own"], "run", stepped, "-i", self.clips(1), *TIME)

    def test_bench(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        words = ["bench", KEYWORDS, "--json"]
        step = json.loads(self.succeeds(*words, *TIME, "-i", self.clips(2), "-o", self.folder / "y.npy").text())
        whole = json.loads(self.succeeds(*words).text())
        self.assertEqual(step["inferences"], 14)
        self.assertLess(3 * step["instructions"], whole["instructions"])
        self.assertLess(step["ram_bytes"], whole["ram_bytes"])
        self.assertEqual(step["sound"]["inferences_per_second"], 6.25)
        self.assertEqual(step["stream"]["step_macs"], step["macs"])
        # The chip's answers of every step are those of the stateful model that convert writes, here.
        stepped, steps = self.folder / "stepped.tflite", self.folder / "steps.npy"
        self.succeeds("convert", KEYWORDS, *TIME, "-o", stepped)
        lead = bytes(7 * VALUES)
        data = random.Random(7).randbytes(2 * FRAMES * VALUES)
        data = b"".join(lead + data[i : i + FRAMES * VALUES] for i in (0, FRAMES * VALUES))
        steps.write_bytes(arrays.npy(arrays.Array("int8", (14, STEP, VALUES, 1), data)))
        here = self.succeeds("run", stepped, "-i", steps).out
        self.assertEqual((self.folder / "y.npy").read_bytes(), here)

    def test_refusals(self) -> None:
        out = self.folder / "out"
        self.fails(2, ["--stream row is not 'time'"], "inspect", KEYWORDS, "--stream", "row")
        self.fails(1, ["has state of its own"], "inspect", MODELS / "stateful.tflite", *TIME)
        self.fails(1, ["has 2 inputs"], "inspect", MODELS / "multi.tflite", *TIME)
        self.fails(2, ["do not go together"], "compile", KEYWORDS / "model.tflite", "-o", out, *TIME,
                   "--stream-input", "-t", "cortex-m4")
        self.assertFalse(out.exists())

    def test_needs_all_frames(self) -> None:
        """Nothing is saved where the first operator needs a clip as a whole."""
        if not SHARED.is_dir():
            return self.skipTest("../shared not here")
        message = zerre("inspect", SHARED / "models" / "mlperf-tiny" / "ad_int8.tflite", *TIME).err
        self.assertRegex(message, r"operator 0 \(FULLY_CONNECTED\).*needs all frames of a clip")

    def test_mfcc(self) -> None:
        """A front end that divides by the clip's greatest sample has no stream; the network alone has."""
        if not SHARED.is_dir():
            return self.skipTest("../shared not here")
        folder = self.folder / "kws"
        folder.mkdir()
        (folder / "model.tflite").write_bytes((SHARED / "models" / "mlperf-tiny" / "kws_int8.tflite").read_bytes())
        (folder / "frontend.json").write_text('{"frontend": "mfcc-mlperf"}')
        result = zerre("compile", folder, "-o", self.folder / "out", *TIME)
        self.assertEqual(result.status, 1)
        self.assertIn("divides by the clip's greatest sample", result.err)
        self.assertFalse((self.folder / "out").exists())
        out = self.succeeds("compile", folder / "model.tflite", "-o", self.folder / "out", *TIME).text()
        ratio = re.search(r"(\d+\.\d) times less", out)
        self.assertGreater(float(ratio.group(1)), 20)
