"""The applications of examples/ hear what they should, on the emulated board as on this computer."""

from __future__ import annotations

import os
import re
import subprocess

from frame import PROGRAM, ROOT, Case, need_tool
from sound import tone, wav

WORDS = "close down left no open right start stop up yes".split()
SOUNDS = "rain rooster fire_crackling baby_cry".split()
STRICT = "-std=c99 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffunction-sections -fdata-sections"


class Examples(Case):
    """Each builds into the test's folder, so that nothing is left behind and nothing old is run."""

    def make(self, example: str, *words: str) -> list[str]:
        """What the example says on standard output and error, but not what make and the linker do."""
        for tool in ("make", "arm-none-eabi-gcc", "qemu-system-arm"):
            need_tool(tool)
        build = self.folder / example
        build.mkdir(exist_ok=True)
        command = ["make", "-s", "-C", ROOT / "examples" / example, f"BUILD={build}", f"ZERRE={PROGRAM}", *words]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run([*map(str, command)], env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return [line for line in done.stdout.splitlines() if re.fullmatch(r"[a-z_]+|samples were lost|asleep .*", line)]

    def hears(self, example: str, expected: list[str]) -> None:
        flags = f"CFLAGS={STRICT} -I../board -I{self.folder / example}"
        *heard, sleep = self.make(example, flags)
        self.assertEqual(heard, expected)
        percent = re.fullmatch(r"asleep  (\d\d) % of the time", sleep)
        self.assertTrue(percent, sleep)
        self.assertGreater(int(percent[1]), 50)
        self.assertEqual(self.make(example, flags, "host"), expected)

    def test_keywords(self) -> None:
        self.hears("keywords", WORDS)

    def test_another_model(self) -> None:
        """As the tutorial has it: two words, and a third one that is none of them."""
        words = ROOT / "models/words"
        clips = " ".join(str(words / "clips" / f"{name}.flac") for name in ("no", "unknown", "yes"))
        self.assertEqual(self.make("keywords", f"MODEL={words}", f"SOUNDS={clips}", "host"), ["no", "yes"])

    def test_sounds(self) -> None:
        self.hears("sounds", SOUNDS)

    def test_lost_samples_are_said(self) -> None:
        """On a core of a quarter of the speed."""
        makefile = (ROOT / "examples/board/rules.mk").read_text(encoding="utf-8")
        qemu = re.search(r"^QEMU *= (.*)\\\n +(.*)$", makefile, re.MULTILINE)
        slow = f"{qemu[1]} {qemu[2]}".replace("shift=6", "shift=8")
        self.assertIn("samples were lost", self.make("keywords", f"QEMU={slow}"))

    def test_other_rates_are_refused(self) -> None:
        slow = self.write("slow.wav", wav(tone(440, 1, rate=8000), rate=8000))
        build = self.folder / "raw"
        subprocess.run(["cc", ROOT / "examples/board/raw.c", "-lsndfile", "-o", build], check=True)
        done = subprocess.run([build, slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"raw: {slow}: 8000 Hz and 1 channels; 16000 Hz mono is needed\n")
