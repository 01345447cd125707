"""Damaged and strange files given to the program: an answer or one line an error, never a crash.

mutate.c tries every truncation in one process; here a sample goes through whole commands, with what they write.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import arrays
from frame import SHARED, TINY, Case, inputs, model, zerre

SEED = 1
PARALLEL = 2

Work = tuple[str, Callable[[Path], list[Any]]]
"""What it is, and what makes the command line given a folder of its own."""


class Hostile(Case):
    """Files by the thousand, two processes at a time."""

    def survive(self, works: Iterator[Work]) -> int:
        """Runs them all; returns how many commands said yes."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            answers = list(pool.map(lambda numbered: self.one(*numbered), enumerate(works)))
        problems = [problem for _, problem in answers if problem]
        self.assertEqual(problems, [])
        return sum(1 for accepted, _ in answers if accepted)

    def one(self, number: int, work: Work) -> tuple[bool, str]:
        """One command: whether it said yes, and what is wrong with how it said it."""
        what, prepare = work
        folder = self.folder / str(number)
        folder.mkdir()
        arguments = prepare(folder)
        before = self.files(folder)
        result = zerre(*arguments, cwd=folder)
        problem = ""
        lines = result.lines()
        if result.status not in (0, 1):
            problem = f"exit status {result.status}"
        elif result.status == 1 and not lines:
            problem = "fails without a word"
        elif any(not line.startswith("zerre: ") for line in lines):
            problem = "says something else than errors"
        elif result.status == 0 and any(not line.startswith("zerre: note: ") for line in lines):
            problem = "succeeds with an error"
        elif result.status == 1 and self.files(folder) != before:
            problem = f"fails and leaves {self.files(folder)}"
        if problem:
            problem = f"{what}: {problem}: zerre {' '.join(map(str, arguments))}: {result.err[:600]}"
        return result.status == 0, problem


def command(kind: int, name: str) -> list[Any]:
    """A command that looks at the file 'model' in the current folder as a changed `name`.tflite."""
    return [
        ["run", "model", "-i", inputs(name), "-o", "y.npz"],
        ["compile", "model", "-o", "out"],
        ["run", "model", "-i", inputs(name), "-o", "y.npz", "--target", "cortex-m4"],
        ["check", "model", "--flash", "1K", "--json"],
        ["compile", "model", "-o", "out", "--target", "cortex-m55", "--flash", "1K"],
        ["inspect", "model", "--json"],
        ["convert", "model", "-o", "again.tflite"],
    ][kind % 7]


def with_model(what: str, content: bytes, arguments: list[Any]) -> Work:
    def prepare(folder: Path) -> list[Any]:
        (folder / "model").write_bytes(content)
        return arguments

    return what, prepare


def damaged(content: bytes, chance: random.Random, cuts: int, flips: int, blots: int) -> Iterator[tuple[str, bytes]]:
    """Truncations, flips of one bit, and runs of random bytes."""
    for _ in range(cuts):
        length = chance.randrange(len(content))
        yield f"first {length} bytes", content[:length]
    for _ in range(flips):
        bit = chance.randrange(8 * len(content))
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit % 8} of byte {bit // 8}", bytes(changed)
    for _ in range(blots):
        at, size = chance.randrange(len(content)), chance.choice([1, 2, 4, 8, 64])
        changed = content[:at] + chance.choice([chance.randbytes(size), b"\xff" * size, bytes(size)])
        yield f"{size} other bytes at {at}", changed + content[len(changed) :]


class Models(Hostile):
    """The .tflite reader and all behind it."""

    def test_damaged(self) -> None:
        def works() -> Iterator[Work]:
            chance = random.Random(SEED)
            for name in TINY:
                content = model(name).read_bytes()
                for number, (what, changed) in enumerate(damaged(content, chance, cuts=12, flips=42, blots=24)):
                    yield with_model(f"{name}, {what}", changed, command(number, name))

        self.assertGreater(self.survive(works()), 20)

    def test_random_bytes(self) -> None:
        def works() -> Iterator[Work]:
            chance = random.Random(SEED)
            for number in range(60):
                content = chance.randbytes(chance.choice([1, 7, 8, 30, 500]))
                if number % 2:
                    content = content[:4] + b"TFL3" + content[8:]
                yield with_model(f"random bytes {number}", content, command(number, "bytes"))

        self.survive(works())

    def shared(self, folder: str) -> list[Path]:
        if not SHARED.is_dir():
            self.skipTest("../shared not here")
        return sorted(path for path in (SHARED / "models" / folder).rglob("*") if path.is_file())

    def test_shared_hostile(self) -> None:
        files = self.shared("hostile")
        self.survive((str(path), lambda _, path=path, verb=verb: verb(path)) for path in files for verb in VERBS)

    def test_shared_litert_testdata(self) -> None:
        files = self.shared("litert_testdata")
        self.survive((str(path), lambda _, path=path, verb=verb: verb(path)) for path in files for verb in VERBS)


VERBS: list[Callable[[Path], list[Any]]] = [
    lambda path: ["compile", path, "-o", "out"],
    lambda path: ["check", path],
    lambda path: ["inspect", path],
    lambda path: ["convert", path, "-o", "again.tflite"],
]


class Arrays(Hostile):
    """The readers of .npy and .npz."""

    def test_damaged(self) -> None:
        def works() -> Iterator[Work]:
            chance = random.Random(SEED)
            picture = arrays.npy(arrays.load(inputs("bytes"))["picture"])
            for name, content, flips in (("bytes", picture, 120), ("bytes", inputs("bytes").read_bytes(), 80),
                                         ("multi", inputs("multi").read_bytes(), 120)):
                for what, changed in damaged(content, chance, cuts=20, flips=flips, blots=30):
                    def prepare(folder: Path, name: str = name, changed: bytes = changed) -> list[Any]:
                        (folder / "x").write_bytes(changed)
                        return ["run", model(name), "-i", "x", "-o", "y.npz"]

                    yield f"inputs of {name}, {what}", prepare

        self.assertGreater(self.survive(works()), 20)

    def test_huge_claims(self) -> None:
        """Headers that promise what the file cannot hold; each must be refused before memory is taken."""
        def works() -> Iterator[Work]:
            for shape in ("(9223372036854775807,)", "(4294967296, 4294967296, 36)", "(-1, 6, 6, 1)", "(1e3, 36)",
                          "(2147483647, 6, 6, 1)", "(0, 99999999999999999999)", "(1,)" * 3000):
                header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
                content = b"\x93NUMPY\2\0" + len(header).to_bytes(4, "little") + header + bytes(36)

                def prepare(folder: Path, content: bytes = content) -> list[Any]:
                    (folder / "x").write_bytes(content)
                    return ["run", model("bytes"), "-i", "x", "-o", "y.npy"]

                yield shape[:40], prepare

        self.assertEqual(self.survive(works()), 0)
