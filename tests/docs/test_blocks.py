"""Fenced blocks of the documentation are true. The words behind the language say how:

    ```sh run           is run with 'set -e' in a copy of what a reader has: the bundled model and build/zerre; a comment
                        '# prints TEXT' says what its output has
    ```c main.c         is a complete file: compiled as C99 and as C++17 against the generated digits.h, for this computer
                        and for a Cortex-M4; the page's 'sh run' blocks find it under that name
    ```c from digits.c  are lines of a generated file, in their order; '...' stands for any lines, or for the rest of one

Blocks without such words are not looked at.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from frame import DIGITS, PROGRAM, ROOT, Case, need_tool
from pages import TEXTS, Block, blocks, name_of

WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
CORTEX_M4 = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16".split()
COMPILERS = [
    ["gcc", "-std=c99"],
    ["clang", "-std=c99"],
    ["g++", "-std=c++17", "-xc++"],
    ["arm-none-eabi-gcc", "-std=c99", *CORTEX_M4],
]


def is_file(block: Block) -> bool:
    return block.words[:1] == ["c"] and len(block.words) == 2


class Blocks(Case):
    def page_folder(self, page: Path) -> Path:
        """A folder like the repository after 'make', with the files that the page has so far."""
        folder = self.folder / name_of(page).replace("/", "_")
        if not folder.exists():
            (folder / "build").mkdir(parents=True)
            (folder / "build/zerre").symlink_to(PROGRAM)
            (folder / "models").symlink_to(ROOT / "models")
        return folder

    def write_file(self, page: Path, block: Block) -> Path:
        path = self.page_folder(page) / block.words[1]
        path.write_text(block.text, encoding="utf-8")
        return path

    def compile_model(self) -> Path:
        self.succeeds("compile", DIGITS / "digits_int8.tflite", "-o", self.folder / "out", "--name", "digits")
        return self.folder / "out"

    def output(self, command: list[str], folder: Path) -> str:
        """Standard output and error of a command that must succeed."""
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_files_compile(self) -> None:
        generated = self.compile_model()
        for page, text in TEXTS.items():
            for block in filter(is_file, blocks(text)):
                path = self.write_file(page, block)
                for compiler in COMPILERS:
                    with self.subTest(page=name_of(page), line=block.line, compiler=compiler[0]):
                        need_tool(compiler[0])
                        command = [*compiler, *WARNINGS, f"-I{generated}", "-fsyntax-only", path.name]
                        self.assertEqual(self.output(command, path.parent), "")

    def test_excerpts(self) -> None:
        generated = self.compile_model()
        for page, text in TEXTS.items():
            for block in blocks(text):
                if block.words[:2] != ["c", "from"]:
                    continue
                rest = (generated / block.words[2]).read_text(encoding="utf-8").splitlines()
                for line in filter(str.strip, block.text.splitlines()):
                    start, dots, _ = line.partition("...")
                    if not start.strip():
                        continue
                    at = [i for i, other in enumerate(rest) if (other.startswith(start) if dots else other == line)]
                    with self.subTest(page=name_of(page), line=block.line):
                        self.assertTrue(at, f"not in {block.words[2]}, or not in this order: {line}")
                    rest = rest[at[0] + 1 :] if at else rest

    def test_commands_run(self) -> None:
        for page, text in TEXTS.items():
            for block in blocks(text):
                if is_file(block):
                    self.write_file(page, block)
                if block.words != ["sh", "run"]:
                    continue
                with self.subTest(page=name_of(page), line=block.line):
                    if "arm-none-eabi-gcc" in block.text or "--target" in block.text:
                        need_tool("arm-none-eabi-gcc")
                        need_tool("qemu-system-arm")
                    printed = self.output(["sh", "-euc", block.text], self.page_folder(page))
                    for wanted in re.findall(r"# prints (.+)", block.text):
                        self.assertIn(wanted, printed)
