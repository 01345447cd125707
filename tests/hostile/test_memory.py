"""Every allocation fails once: exit status 1, a line that says so, no crash, no file.

A sanitizer build fails the allocation after the first N when ZERRE_TEST_FAIL_ALLOCATION=N.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from frame import DIGITS, Case, inputs, model, zerre

MAX_RUNS = 250
"""A command; with more allocations than that, some are left out."""

COMMANDS: dict[str, list[Any]] = {
    "compile": [model("stateful"), "-o", "out"],
    "compile for a chip": [model("convolutions"), "-o", "out", "--target", "cortex-m4"],
    "convert": [model("stateful"), "-o", "again.tflite"],
    "run": [model("multi"), "-i", inputs("multi"), "-o", "y.npz"],
    "run in order": [model("stateful"), "-i", inputs("stateful"), "-o", "y.npy"],
    "parity": [DIGITS / "digits_float.tflite", DIGITS / "digits_int8.tflite", "-i", DIGITS / "samples_float_x.npy"],
    "inspect": [model("names"), "--json"],
    "inspect the arena": [model("branches"), "--memory", "--svg", "arena.svg"],
    "inspect the arena as JSON": [model("branches"), "--memory", "--json"],
    "check": [model("convolutions"), "--ram", "64K", "--json"],
}


class Memory(Case):
    """One test a command."""

    def run_with(self, allocations: int, arguments: list[Any]) -> tuple[Path, Any]:
        folder = self.folder / str(allocations)
        folder.mkdir()
        return folder, zerre(*arguments, cwd=folder, env={"ZERRE_TEST_FAIL_ALLOCATION": str(allocations)})

    def enough(self, arguments: list[Any]) -> int:
        """The least number of allocations with which the command succeeds."""
        low, high = 0, 1
        while self.run_with(high, arguments)[1].status != 0:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            if self.run_with(middle, arguments)[1].status == 0:
                high = middle
            else:
                low = middle
        return high

    def check_failure(self, allocations: int, arguments: list[Any]) -> str:
        """What is wrong with how the command fails, '' for nothing."""
        folder, result = self.run_with(allocations, arguments)
        files = [name for name in self.files(folder) if name != "out"]
        shutil.rmtree(folder)
        if result.status != 1:
            return f"allocation {allocations + 1}: exit status {result.status}: {result.err}"
        if "memory" not in result.err or not all(line.startswith("zerre: ") for line in result.lines()):
            return f"allocation {allocations + 1}: says {result.err!r}"
        return f"allocation {allocations + 1}: leaves {files}" if files else ""

    def check_command(self, name: str) -> None:
        if not os.environ.get("ZERRE_SANITIZE"):
            self.skipTest("failing allocations: only in a sanitizer build")
        arguments = [name.split()[0], *COMMANDS[name]]
        needed = self.enough(arguments)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        chosen = {*range(0, needed, max(1, needed // MAX_RUNS)), needed - 2, needed - 1}
        with ThreadPoolExecutor(2) as pool:
            problems = pool.map(lambda n: self.check_failure(n, arguments), sorted(chosen))
            self.assertEqual([problem for problem in problems if problem], [])

    def test_compile(self) -> None:
        self.check_command("compile")

    def test_compile_for_a_chip(self) -> None:
        self.check_command("compile for a chip")

    def test_convert(self) -> None:
        self.check_command("convert")

    def test_run(self) -> None:
        self.check_command("run")

    def test_run_in_order(self) -> None:
        self.check_command("run in order")

    def test_parity(self) -> None:
        self.check_command("parity")

    def test_inspect(self) -> None:
        self.check_command("inspect")

    def test_inspect_the_arena(self) -> None:
        for name in ("inspect the arena", "inspect the arena as JSON"):
            with self.subTest(name):
                self.check_command(name)

    def test_check(self) -> None:
        self.check_command("check")
