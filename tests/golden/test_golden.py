"""The generated C and what inspect prints, byte for byte: a change of either is seen, and meant."""

from __future__ import annotations

import difflib

import outputs
from frame import TESTS, Case

EXPECTED = TESTS / "golden" / "expected"
HINT = "run tests/golden/update.sh if that is meant"


class Golden(Case):
    """All files at once: one that appears or goes away is a change too."""

    def test_golden(self) -> None:
        outputs.write(self.folder)
        self.assertEqual(self.files(), self.files(EXPECTED), HINT)
        for name in self.files():
            if (self.folder / name).is_dir():
                continue
            with self.subTest(name):
                found, right = (self.folder / name).read_text(), (EXPECTED / name).read_text()
                lines = difflib.unified_diff(right.splitlines(), found.splitlines(), "golden", "now", lineterm="", n=1)
                self.assertEqual(found, right, "\n".join([*list(lines)[:60], HINT]))
