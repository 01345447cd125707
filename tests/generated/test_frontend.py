"""Generated front ends compile everywhere and hear what 'zerre features' hears."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from pathlib import Path

import arrays
from frame import model, need_tool
from sound import SoundCase, tone, wav
from toolchains import TOOLCHAINS, WARNINGS

HERE = Path(__file__).resolve().parent

KINDS = {
    "ear_micro": ("stateful", '{"frontend": "micro", "bands": 6}'),
    "ear_nogain": ("convolutions", '{"frontend": "micro", "bands": 12, "frames": 7, "hop_ms": 20, "gain": false}'),
    "ear_mfcc": ("convolutions", '{"frontend": "mfcc-mlperf", "coefficients": 12, "frames": 7}'),
    "ear_logmel": ("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}'),
    "ear_long": ("total", '{"frontend": "logmel", "bands": 5, "frames": 1, "window_ms": 100, "hop_ms": 33, "high_hz": 3000}'),
    "ear_real": ("float", '{"frontend": "logmel", "bands": 10, "frames": 5, "scale": 1}'),
}
"""A tiny model and a description that goes with it."""

WAKING = {f"{kind}_wakes": (name, description[:-1] + ', "wake": {"hold_ms": 200}}') for kind, (name, description) in
          KINDS.items() if kind != "ear_long"}
"""The same behind the stage that wakes them."""


class Frontend(SoundCase):
    def generate(self, kind: str) -> tuple[Path, Path]:
        """The sound model and the folder with its C."""
        name, description = {**KINDS, **WAKING}[kind]
        folder, out = self.folder / kind, self.folder / "out"
        folder.mkdir()
        shutil.copy(model(name), folder / "model.tflite")
        (folder / "frontend.json").write_text(description)
        self.succeeds("compile", folder, "-o", out)
        return folder, out

    def sound(self) -> list[int]:
        rng = random.Random(1)
        noise = [round(rng.gauss(0, 2000 * (i % 7000) / 7000)) for i in range(24000)]
        return [max(-32768, min(32767, a + b)) for a, b in zip(noise, tone(900, 1.5, size=5000))]

    def hear(self, kind: str, compiler: list[str]) -> bytes:
        binary = self.folder / f"hear_{kind}"
        defines = [f"-DNAME={kind}", f"-DUPPER={kind.upper()}", f'-DHEADER="{kind}_frontend.h"']
        defines += ["-DREAL"] if kind.startswith("ear_real") else []
        defines += ["-DWAKE"] if kind in WAKING else []
        subprocess.run(
            [*compiler, *defines, "-I", "out", "-o", binary, HERE / "hear.c", f"out/{kind}_frontend.c"],
            check=True, cwd=self.folder,
        )
        samples = self.sound()
        (self.folder / "sound.raw").write_bytes(struct.pack(f"<{len(samples)}h", *samples))
        return subprocess.run([binary, "sound.raw"], check=True, capture_output=True, cwd=self.folder).stdout

    def test_hears_what_features_hears(self) -> None:
        sanitized = [need_tool("gcc"), "-std=c99", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"]
        sound = self.write("sound.wav", wav(self.sound()))
        for kind in KINDS:
            with self.subTest(kind):
                folder, _ = self.generate(kind)
                heard = self.hear(kind, sanitized)
                self.compare(kind, folder, sound, heard)

    def compare(self, kind: str, folder: Path, sound: Path, heard: bytes) -> None:
        """A stream hears all frames once. A clip's first input is the clip; later ones are those of later clips,
        which are heard from their own beginning."""
        if "frames" not in KINDS[kind][1]:
            frames = self.features(folder, sound).data
            self.assertEqual(heard, frames[: len(heard)])
            self.assertLess(len(frames) - len(heard), 3 * 6)
            return
        x = self.features(folder, sound)
        size = len(x.data) * (4 if kind == "ear_real" else 1)
        self.assertGreater(len(heard), 3 * size)
        first, later = heard[:size], heard[2 * size : 3 * size]
        if kind == "ear_real":
            values = struct.unpack(f"<{len(x.data)}f", first)
            self.assertEqual(list(values), [float(v) for v in x.values()])
        else:
            self.assertEqual(first, x.data)
        if kind in ("ear_mfcc", "ear_logmel"):
            cut = self.write("cut.wav", wav(self.sound()[2 * 320 :]))
            self.assertEqual(later, self.features(folder, cut).data)

    def test_sleeps_and_wakes(self) -> None:
        """Under sanitizers. A second of soft noise, a tone, noise: nothing is heard of the first and the last, and the
        tone as without the stage."""
        sanitized = [need_tool("gcc"), "-std=c99", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"]
        rng = random.Random(2)
        soft = [rng.randrange(-6, 7) for _ in range(32000)]
        sound = [a + b for a, b in zip(soft, [0] * 12800 + tone(900, 0.4, size=5000) + [0] * 12800)]
        for kind in WAKING:
            with self.subTest(kind):
                self.generate(kind)
                self.sound = lambda: sound
                woken = self.hear(kind, sanitized)
                plain = kind.removesuffix("_wakes")
                self.generate(plain)
                always = self.hear(plain, sanitized)
                size = {"ear_micro": 6, "ear_real": 200}.get(plain, 84)
                self.assertTrue(0.2 < len(woken) / len(always) < 0.5, (len(woken), len(always)))
                if plain in ("ear_logmel", "ear_real"):
                    # What was kept fills the input: all of it is heard without the stage too.
                    self.assertIn(woken[10 * size :], always)
                    self.assertGreater(len(set(woken[10 * size :])), 5)
                self.sound = lambda: soft
                self.assertEqual(self.hear(kind, sanitized), b"")

    def test_without_a_warning(self) -> None:
        kinds = [*KINDS, *WAKING]
        for kind in kinds:
            self.generate(kind)
        files = [f"{kind}_frontend.c" for kind in kinds]
        for toolchain in TOOLCHAINS:
            with self.subTest(toolchain.name):
                command = [need_tool(toolchain.compiler), toolchain.levels[0], *toolchain.flags, *WARNINGS, "-c", *files]
                done = subprocess.run(command, cwd=self.folder / "out", capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_same_bytes_again(self) -> None:
        _, out = self.generate("ear_logmel")
        before = [(out / f"ear_logmel_frontend{end}").read_bytes() for end in (".h", ".c")]
        self.succeeds("compile", self.folder / "ear_logmel", "-o", out)
        self.assertEqual([(out / f"ear_logmel_frontend{end}").read_bytes() for end in (".h", ".c")], before)

    def test_no_front_end_without_a_description(self) -> None:
        self.succeeds("compile", model("bytes"), "-n", "net", "-o", self.folder / "out")
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()),
                         ["net.c", "net.h", "net_weights.c"])
