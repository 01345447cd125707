"""Generated code computes what the oracle says, bit for bit, wherever its arena lies and whatever was there before."""

from __future__ import annotations

import subject
from frame import Case, need_tool
from toolchains import TARGETS

SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
STRICT = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-ffp-contract=off"]

COMMANDS = {
    "gcc": ["gcc", "-std=c99", "-O2", *STRICT, *SANITIZE],
    "clang": ["clang", "-std=c99", "-O1", *STRICT, *SANITIZE],
    "g++": ["g++", "-x", "c++", "-std=c++17", "-O2", *STRICT],
    "gcc -Os": ["gcc", "-std=c99", "-Os", *STRICT],
}

class Runs(Case):
    """Models that have an answer of the oracle beside them."""

    def check(self, one: subject.Subject, command: list[str]) -> None:
        need_tool(command[0])
        found = subject.split(subject.execute(one, self.folder, command), one.outputs)
        self.assertEqual(subject.difference(found, one.outputs), "")

    def test_tiny_models(self) -> None:
        """The portable kernels, with every compiler."""
        for one in subject.tiny():
            subject.generate(one, self.folder)
            for name, command in COMMANDS.items():
                with self.subTest(model=one.name, compiler=name):
                    self.check(one, command)

    def test_kernels_of_targets(self) -> None:
        """The kernels that are chosen for a chip: on this computer, what stands for its instructions is C."""
        for target in TARGETS:
            for one in subject.tiny():
                with self.subTest(target=target, model=one.name):
                    subject.generate(one, self.folder, target)
                    self.check(one, COMMANDS["gcc"])
