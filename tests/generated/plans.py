"""What the tests of memory plans share."""

from __future__ import annotations

import arrays
import subject
from frame import Case, need_tool

COMMAND = ["gcc", "-std=c99", "-O1", "-ffp-contract=off", "-g", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all"]
LARGE = ["gcc", "-std=c99", "-O2", "-ffp-contract=off", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-DFEW_ADDRESSES"]
"""For models that take their time."""

RAM = ("--target", "cortex-m4", "--optimize", "ram")


class Plans(Case):
    """A plan computes what the executor does with the reference kernels, and keeps to its arena."""

    def check(self, one: subject.Subject, expected: list[arrays.Array], plan: tuple[str, ...], command: list[str]) -> None:
        need_tool(command[0])
        subject.generate(one, self.folder, plan=plan)
        found = subject.split(subject.execute(one, self.folder, command), expected)
        for index, (mine, other) in enumerate(zip(found, expected)):
            self.assertEqual(mine.data, other.data, f"output {index}")

    def reference(self, one: subject.Subject) -> list[arrays.Array]:
        """The executor's outputs."""
        named = {f"input_{index}": array for index, array in enumerate(one.inputs)}
        source, result = self.write("in.npz", arrays.npz(named)), self.folder / "out.npz"
        self.succeeds("run", one.path, "-i", source, "-o", result)
        return list(arrays.load(result).values())
