#!/usr/bin/env python3
"""The generated tables of README.md: tests/docs/tables.py [--update]

Prints the tables, or writes them into the page. $ZERRE and $OPERATORS are the programs that know: build/zerre and
build/tests/docs/docs_operators without them. The table of results is made by bench/results.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from pages import ROOT, TABLE

README = ROOT / "README.md"
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


TABLES = {"commands": commands, "targets": targets, "operators": operators}


def main() -> int:
    text = README.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        table = make()
        print(table)
        text = TABLE.sub(lambda old: f"{old[1]}{table}{old[4]}" if old[2] == name else old[0], text)
    if "--update" in sys.argv[1:]:
        README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
