"""Runs the tests of one Python file, or of every one of a folder: tests/run.py cli [WORD ...]

With words, only the tests whose name has one of them. $ZERRE is the program under test, build/zerre without it.
Needs Python's own library only. What is not tested is said in a line that begins with 'skipped:'; the last line is
'N passed, N failed'.
"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent


class Result(unittest.TextTestResult):
    """Counts a test once, however many of its sub-tests fail."""

    def failed_tests(self) -> set[str]:
        tests = [test for test, _ in self.failures + self.errors]
        return {getattr(test, "test_case", test).id() for test in tests}


def wanted(suite: unittest.TestSuite, words: list[str]) -> unittest.TestSuite:
    """The tests whose name has one of the words."""
    chosen = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            chosen.addTest(wanted(test, words))
        elif not words or any(word in test.id() for word in words):
            chosen.addTest(test)
    return chosen


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = TESTS / sys.argv[1]
    folder, pattern = (target, "test_*.py") if target.is_dir() else (target.parent, target.name)
    sys.path[:0] = [str(TESTS / "support"), str(folder)]
    suite = wanted(unittest.defaultTestLoader.discover(str(folder), pattern), sys.argv[2:])
    result = unittest.TextTestRunner(sys.stdout, resultclass=Result).run(suite)
    for reason in sorted({reason for _, reason in result.skipped}):
        print(f"skipped: {reason}")
    failed = len(result.failed_tests())
    passed = result.testsRun - len(result.skipped) - failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
