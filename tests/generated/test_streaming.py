"""Generated code that takes a few frames of a clip at a time gives, step by step, what the clip gives as a whole."""

from __future__ import annotations

import json
import math
import random
import subprocess

import arrays
from frame import MODELS, ROOT, TESTS, TIMEOUT_SECONDS, Case, need_tool
from test_runs import COMMANDS
from toolchains import TARGETS

CLIPS = 3
SOURCES = [MODELS / "convolutions.tflite", ROOT / "models" / "keywords" / "model.tflite",
           ROOT / "models" / "sounds" / "model.tflite"]  # fmt: skip


class Streaming(Case):
    def check(self, path, compiler: str, options: list[str]) -> None:
        command = COMMANDS[compiler]
        need_tool(command[0])
        self.succeeds("compile", path, "-o", self.folder, "-n", "net", "--stream", "time", "--with-end", *options)
        port = json.loads(self.succeeds("inspect", path, "--json").text())["inputs"][0]
        figures = json.loads(self.succeeds("inspect", path, "--json", "--stream", "time").text())["stream"]
        steps, frames = figures["clip_steps"], figures["clip_frames"]
        clip = math.prod(port["shape"])
        lead = (steps * figures["step_frames"] - frames) * clip // frames
        data = random.Random(3).randbytes(CLIPS * clip)
        x = self.write("x.npy", arrays.npy(arrays.Array("int8", (CLIPS, *port["shape"][1:]), data)))
        self.succeeds("run", path, "-i", x, "-o", self.folder / "y.npy")
        expected = arrays.load(self.folder / "y.npy")[""].data
        defines = ['-DHEADER="net.h"', "-DMODEL=net", "-DMODEL_UPPER=NET", f"-DSTEPS={steps}", f"-DLEAD={lead}", "-I."]
        build = [*command, *defines, "-o", "clip.run", TESTS / "generated" / "clip.c", "net.c", "net_weights.c"]
        built = subprocess.run([*build, "-x", "none", "-lm"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((built.returncode, built.stderr), (0, ""))
        ran = subprocess.run([self.folder / "clip.run"], input=data, capture_output=True, timeout=TIMEOUT_SECONDS)
        self.assertEqual((ran.returncode, ran.stderr), (0, b""))
        self.assertEqual(ran.stdout, expected)

    def test_compilers(self) -> None:
        for path in SOURCES:
            for compiler in COMMANDS:
                with self.subTest(model=path.parts[-2:], compiler=compiler):
                    self.check(path, compiler, [])

    def test_targets(self) -> None:
        for path in SOURCES:
            for target in TARGETS:
                with self.subTest(model=path.parts[-2:], target=target):
                    self.check(path, "gcc", ["--target", target])
