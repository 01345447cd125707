"""Generated code computes what `zerre run` does, bit for bit: the host executor calls the same kernels."""

from __future__ import annotations

import arrays
import subject
from frame import SHARED, Case, need_tool, zerre

GCC = ["gcc", "-std=c99", "-O1", "-ffp-contract=off"]
CLANG = ["clang", "-std=c99", "-O2", "-ffp-contract=off"]

FOLDERS = ("mlperf-tiny", "mlperf-tiny-submissions", "microwakeword", "tflm", "tinyengine", "tinymaix", "seanet")
"""Where ../shared/models has models that fit a microcontroller."""


class Host(Case):
    """The harness's outputs against those of the executor, floats too."""

    def check(self, one: subject.Subject, command: list[str]) -> None:
        need_tool(command[0])
        subject.generate(one, self.folder)
        named = {f"input_{index}": array for index, array in enumerate(one.inputs)}
        source, result = self.write("in.npz", arrays.npz(named)), self.folder / "out.npz"
        self.succeeds("run", one.path, "-i", source, "-o", result)
        expected = list(arrays.load(result).values())
        found = subject.split(subject.execute(one, self.folder, command), expected)
        for index, (mine, other) in enumerate(zip(found, expected)):
            self.assertEqual(mine.data, other.data, f"output {index}")

    def test_own_models(self) -> None:
        for one in subject.tiny() + subject.bundled():
            for command in (GCC, CLANG):
                with self.subTest(model=one.name, compiler=command[0]):
                    self.check(one, command)

    def test_shared_models(self) -> None:
        if not SHARED.is_dir():
            self.skipTest("../shared not here")
        compared = 0
        for path in sorted(path for folder in FOLDERS for path in (SHARED / "models" / folder).rglob("*.tflite")):
            if zerre("compile", path, "-o", self.folder, "-n", "model_net").status != 0:
                continue
            with self.subTest(path.relative_to(SHARED)):
                self.check(subject.with_random_inputs("model", path), [*GCC, "-DFEW_ADDRESSES"])
                compared += 1
        self.assertGreater(compared, 30)
