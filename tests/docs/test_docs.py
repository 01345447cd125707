"""Proves what the documentation says. A fenced block is marked by the words behind its language:

    ```sh run           run line by line with 'set -e', in a copy of what a reader has: the bundled model and build/zerre
    ```c main.c         a complete file: compiled as C99 and as C++17 against the generated digits.h, for this computer and
                        for a Cortex-M4; the page's 'sh run' blocks find it under that name
    ```c from digits.c  lines of a generated file, in their order; a line '...' leaves some out

A line '# prints TEXT' in an 'sh run' block says what the command above it prints. Tables between marks are made anew,
links and names in backticks must exist.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import tables
from markdown import PAGES, ROOT, TABLE, anchors, blocks, links, ticked

MODEL = ROOT / "models/digits/digits_int8.tflite"
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
CORTEX_M4 = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16".split()
COMPILERS = {
    "gcc": ["gcc", "-std=c99"],
    "clang": ["clang", "-std=c99"],
    "g++": ["g++", "-std=c++17", "-xc++"],
    "arm-none-eabi-gcc": ["arm-none-eabi-gcc", "-std=c99", *CORTEX_M4],
}
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


class Blocks(unittest.TestCase):
    """The blocks of the pages, in a folder that looks like the repository after 'make'."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zerre-docs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "build").mkdir()
        (self.folder / "build/zerre").symlink_to(tables.ZERRE)
        (self.folder / "models").symlink_to(ROOT / "models")

    def page_folder(self, page: Path) -> Path:
        """A folder for the files of one page."""
        folder = self.folder / name_of(page).replace("/", "_")
        folder.mkdir(exist_ok=True)
        for link in ("build", "models"):
            if not (folder / link).exists():
                (folder / link).symlink_to(self.folder / link)
        return folder

    def compile_model(self) -> None:
        done = run([tables.ZERRE, "compile", str(MODEL), "-o", "out", "--name", "digits"], self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_complete_files_compile(self) -> None:
        self.compile_model()
        for page, text in TEXTS.items():
            for block in blocks(text):
                if len(block.words) != 2 or block.words[0] != "c":
                    continue
                folder = self.page_folder(page)
                (folder / block.words[1]).write_text(block.text, encoding="utf-8")
                for name, compiler in COMPILERS.items():
                    with self.subTest(page=name_of(page), line=block.line, compiler=name):
                        if shutil.which(compiler[0]) is None:
                            self.skipTest(f"{name} is not installed")
                        command = [*compiler, *WARNINGS, "-I../out", "-fsyntax-only", block.words[1]]
                        self.assertEqual(run(command, folder).stdout, "")

    def test_excerpts_are_in_generated_files(self) -> None:
        self.compile_model()
        for page, text in TEXTS.items():
            for block in blocks(text):
                if block.words[:2] != ["c", "from"]:
                    continue
                generated = (self.folder / "out" / block.words[2]).read_text(encoding="utf-8").splitlines()
                at = 0
                for line in block.text.splitlines():
                    if line.strip() == "..." or not line.strip():
                        continue
                    with self.subTest(page=name_of(page), line=block.line):
                        self.assertIn(line, generated[at:])
                    at = generated.index(line, at) + 1 if line in generated[at:] else at

    def test_commands_run(self) -> None:
        for page, text in TEXTS.items():
            for block in blocks(text):
                folder = self.page_folder(page)
                if len(block.words) == 2 and block.words[0] == "c":
                    (folder / block.words[1]).write_text(block.text, encoding="utf-8")
                if block.words != ["sh", "run"]:
                    continue
                with self.subTest(page=name_of(page), line=block.line):
                    done = run(["sh", "-euc", block.text], folder)
                    self.assertEqual(done.returncode, 0, done.stdout)
                    for wanted in re.findall(r"# prints (.+)", block.text):
                        self.assertIn(wanted, done.stdout)


class Tables(unittest.TestCase):
    def test_generated_tables(self) -> None:
        found = {match[2]: match[3] for match in TABLE.finditer(TEXTS[ROOT / "README.md"])}
        for name, make in tables.TABLES.items():
            with self.subTest(table=name):
                self.assertEqual(found.get(name), make(), "run tests/docs/tables.py --update")

    def test_operators_are_those_of_check(self) -> None:
        table = next(match[3] for match in TABLE.finditer(TEXTS[ROOT / "README.md"]) if match[2] == "operators")
        names = [name for row in table.splitlines()[2:] for name in row.split("|")[2].replace(" ", "").split(",")]
        self.assertEqual(sorted(names), sorted(tables.output(tables.ZERRE, "check", "--operators")))

    def test_results_of_the_bundled_model(self) -> None:
        if shutil.which("arm-none-eabi-gcc") is None or shutil.which("qemu-system-arm") is None:
            self.skipTest("no cross compiler or emulator: the table of results is not compared")
        done = run([sys.executable, str(ROOT / "bench/results.py"), "--check", "digits"], ROOT)
        self.assertEqual(done.returncode, 0, done.stdout)


def sources() -> str:
    """Everything that a name may be from."""
    files = [file for folder in ("src", "firmware", "tests") for file in (ROOT / folder).rglob("*.[chS]")]
    files += [*(ROOT / "src").rglob("*.def"), ROOT / "CMakeLists.txt"]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class References(unittest.TestCase):
    def test_links(self) -> None:
        for page, text in TEXTS.items():
            for link in links(text):
                with self.subTest(page=name_of(page), link=link):
                    target, _, anchor = link.partition("#")
                    other = (page.parent / target).resolve() if target else page
                    self.assertTrue(other.exists(), "no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(other.read_text(encoding="utf-8")))

    def test_paths(self) -> None:
        """`src/ops/op.h` and `src/ops/*/ref.c` exist; a name in capitals or <...> stands for any."""
        for page, text in TEXTS.items():
            for tick in ticked(text):
                if not re.fullmatch(r"(src|tests|docs|tools|bench|firmware|models)/[\w./*-]*", tick):
                    continue
                with self.subTest(page=name_of(page), path=tick):
                    self.assertTrue(glob.glob(str(ROOT / tick)), "no such file")

    def test_names(self) -> None:
        """`zr_model_verify` and its like are names of the sources."""
        code = set(re.findall(r"\w+", sources()))
        for page, text in TEXTS.items():
            for tick in ticked(text):
                if not re.fullmatch(r"(zr|zk|cli|bench|emit)_\w+|ZR_[A-Z0-9_]+", tick):
                    continue
                with self.subTest(page=name_of(page), name=tick):
                    self.assertIn(tick, code)


if __name__ == "__main__":
    os.chdir(ROOT)
    result = unittest.main(exit=False).result
    for reason in sorted({reason for _, reason in result.skipped}):
        print(f"skipped: {reason}")
    sys.exit(not result.wasSuccessful())
