"""Code in assembly that depends on where it lies says so to the linker."""

from __future__ import annotations

import re
import subprocess

import subject
from frame import ROOT, TIMEOUT_SECONDS, Case, need_tool

PREFIX = "arm-none-eabi-"
COMPILE = [f"{PREFIX}gcc", "-std=c99", "-Os", "-mcpu=cortex-m4", "-mthumb", "-ffunction-sections", "-c"]
SECTION = re.compile(r"\s*\d+ (\.text\S*)(?:\s+\S+){4}\s+2\*\*(\d+)")
DISASSEMBLED = re.compile(r"Disassembly of section (\S+):")
ADR = re.compile(r"\baddw?(?:\.w)?\s+\w+, pc, #|\badr(?:\.w)?\s")
"""The assembler knows the distance from the program counter rounded down to 4 bytes in such sections only."""


class Alignment(Case):
    def objdump(self, option: str, name: str) -> list[str]:
        command = [f"{PREFIX}objdump", option, name]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
        ).stdout.splitlines()

    def test_adr(self) -> None:
        """-Os gives functions two-byte alignment; what has ADR in it must demand four."""
        need_tool(COMPILE[0])
        found = 0
        for one in subject.bundled() + subject.tiny():
            subject.generate(one, self.folder, "cortex-m4")
            built = subprocess.run(
                [*COMPILE, "-o", "model.o", f"{one.symbol}.c"], cwd=self.folder, capture_output=True,
                text=True, timeout=TIMEOUT_SECONDS,
            )
            self.assertEqual(built.returncode, 0, built.stderr)
            lines = map(SECTION.match, self.objdump("-h", "model.o"))
            alignment = {line[1]: 1 << int(line[2]) for line in lines if line}
            section = ""
            for line in self.objdump("-d", "model.o"):
                if start := DISASSEMBLED.match(line):
                    section = start[1]
                if ADR.search(line):
                    found += 1
                    self.assertGreaterEqual(alignment[section], 4, f"{one.name}, {section}: {line.strip()}")
        self.assertGreater(found, 0)

    def test_every_adr(self) -> None:
        """The models above have not every block of assembly: what ADR points at is aligned, in every file."""
        found = 0
        for path in sorted((ROOT / "src").glob("**/*.[ch]")):
            text = path.read_text(encoding="utf-8")
            found += text.count('"adr')
            self.assertGreaterEqual(text.count('".balign 4'), text.count('"adr'), path)
        self.assertGreater(found, 0)
