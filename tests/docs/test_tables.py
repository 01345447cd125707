"""The generated tables are what the program says today."""

from __future__ import annotations

import subprocess
import sys

import tables
from frame import ROOT, Case, need_tool
from pages import TABLE, TEXTS


class Tables(Case):
    def setUp(self) -> None:
        super().setUp()
        pages = (tables.README, tables.CYCLES)
        self.written = {match[2]: match[3] for page in pages for match in TABLE.finditer(TEXTS[page])}

    def test_tables(self) -> None:
        for name, (_, make) in tables.TABLES.items():
            with self.subTest(table=name):
                self.assertEqual(self.written.get(name), make(), "run tests/docs/tables.py --update")

    def test_operators_are_those_of_check(self) -> None:
        rows = self.written["operators"].splitlines()[2:]
        names = [name.strip() for row in rows for name in row.split("|")[2].split(",")]
        self.assertEqual(sorted(names), sorted(self.succeeds("check", "--operators").text().split()))

    def test_results_of_the_bundled_model(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        command = [sys.executable, ROOT / "bench/results.py", "--check", "digits"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}run bench/results.py --update")
