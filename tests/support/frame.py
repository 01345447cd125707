"""What the black-box tests share: the program, temporary folders, the rules that every command keeps."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
MODELS = TESTS / "models"
TINY = sorted(path.stem for path in MODELS.glob("*.tflite"))
DIGITS = ROOT / "models" / "digits"
SHARED = Path(os.environ.get("ZERRE_SHARED", ROOT.parent / "shared"))

PROGRAM = Path(os.environ.get("ZERRE", ROOT / "build" / "zerre")).resolve()
TIMEOUT_SECONDS = 120

SANITIZER_STATUS = 86
"""Exit status of a sanitizer's report, so that it is never taken for an error that zerre found."""

ENVIRONMENT = {
    **os.environ,
    "LC_ALL": "C",
    "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:print_stacktrace=1",
}


@dataclass
class Result:
    """What a run of the program gave."""

    status: int
    out: bytes
    err: str

    def text(self) -> str:
        return self.out.decode()

    def lines(self) -> list[str]:
        """Standard error, line by line."""
        return self.err.splitlines()


def zerre(*arguments: Any, stdin: bytes | int = b"", env: dict[str, str] | None = None, **options: Any) -> Result:
    """Runs the program. A negative status is the signal that killed it."""
    feed = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    options.setdefault("stdout", subprocess.PIPE)
    process = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        **feed,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, **(env or {})},
        timeout=TIMEOUT_SECONDS,
        **options,
    )
    return Result(process.returncode, process.stdout or b"", process.stderr.decode(errors="replace"))


def model(name: str) -> Path:
    return MODELS / f"{name}.tflite"


def inputs(name: str) -> Path:
    return MODELS / f"{name}_in.npz"


def outputs(name: str) -> Path:
    return MODELS / f"{name}_out.npz"


def need_tool(name: str) -> str:
    """The path of a tool; without it, the test is skipped aloud."""
    path = shutil.which(name)
    if path is None:
        raise unittest.SkipTest(f"{name} not here")
    return path


class Case(unittest.TestCase):
    """A test with a folder of its own and the checks that hold for every command."""

    maxDiff = None

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="zerre-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, content: bytes | str) -> Path:
        """Puts a file into the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def files(self, folder: Path | None = None) -> list[str]:
        """All that is below a folder."""
        top = folder or self.folder
        return sorted(str(path.relative_to(top)) for path in top.rglob("*"))

    def succeeds(self, *arguments: Any, **options: Any) -> Result:
        """Runs a command that must end with 0 and say nothing but notes."""
        result = zerre(*arguments, **options)
        self.assertEqual(result.status, 0, result.err)
        for line in result.lines():
            self.assertTrue(line.startswith("zerre: note: "), line)
        return result

    def fails(self, status: int, words: list[str], *arguments: Any, **options: Any) -> Result:
        """Runs a command that must end with `status` and one line on standard error that has all of the words."""
        result = zerre(*arguments, **options)
        self.assertEqual(result.status, status, result.err)
        self.assertEqual(len(result.lines()), 1, result.err)
        self.assertTrue(result.err.startswith("zerre: ") and result.err.endswith("\n"), result.err)
        for word in words:
            self.assertIn(word, result.err)
        self.assertEqual(result.out, b"")
        return result
