#!/usr/bin/env python3
"""The generated tables of README.md and docs/cycles.md: tests/docs/tables.py [--update]

Prints the tables, or writes them into the pages. $ZERRE and $OPERATORS are the programs that know: build/zerre and
build/tests/docs/docs_operators without them. The table of results is made by bench/results.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from pages import ROOT, TABLE

README = ROOT / "README.md"
CYCLES = ROOT / "docs/cycles.md"
ZERRE = os.environ.get("ZERRE", str(ROOT / "build/zerre"))
OPERATORS = os.environ.get("OPERATORS", str(ROOT / "build/tests/docs/docs_operators"))


def output(*command: str) -> list[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()


def two_columns(head: str, rows: list[tuple[str, str]]) -> str:
    return "".join([f"{head}\n|---|---|\n", *(f"| {left} | {right} |\n" for left, right in rows)])


def commands() -> str:
    rows = [match for line in output(ZERRE, "--help") if (match := re.match(r"  (\w+) +(.+)", line))]
    return two_columns("| `zerre` | |", [(f"`{row[1]}`", row[2]) for row in rows])


def targets() -> str:
    rows = [line.split(maxsplit=1) for line in output(ZERRE, "bench", "--target", "list")]
    return two_columns("| target | |", [(f"`{name}`", note) for name, note in rows])


def operators() -> str:
    """One row for all operators with the same types."""
    groups: dict[str, list[str]] = {}
    for line in output(OPERATORS):
        name, *types = line.split()
        groups.setdefault(", ".join(types) or "the variable's", []).append(name)
    rows = sorted(groups.items(), key=lambda row: (row[0] == "the variable's", row[0].count(","), row[0]))
    return two_columns("| type of the data | operators |", [(types, ", ".join(names)) for types, names in rows])


def timings() -> str:
    """The lines of src/bench/cycles.def."""

    def between(taken: str, least: str, most: str) -> str:
        return taken if least == most else f"{taken} ({least} to {most})"

    text = "| instructions | cycles | more when it branches |\n|---|---|---|\n"
    lines = re.findall(r"^ZR_TIMING\((.*)\)$", (ROOT / "src/bench/cycles.def").read_text("utf-8"), re.MULTILINE)
    for line in lines:
        kind, *numbers, what = line.split(", ", 7)
        words = " and 1 for each word" if kind == "MULTIPLE" else ""
        refill = between(*numbers[3:6])
        text += f"| {what.strip(chr(34))} | {between(*numbers[:3])}{words} | {refill if refill != '0' else ''} |\n"
    return text


TABLES = {
    "commands": (README, commands),
    "targets": (README, targets),
    "operators": (README, operators),
    "timings": (CYCLES, timings),
}


def main() -> int:
    for name, (page, make) in TABLES.items():
        table = make()
        print(table)
        text = page.read_text(encoding="utf-8")
        text = TABLE.sub(lambda old: f"{old[1]}{table}{old[4]}" if old[2] == name else old[0], text)
        if "--update" in sys.argv[1:]:
            page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
