"""Code that takes its input by rows computes what the whole picture gives, bit for bit."""

from __future__ import annotations

import arrays
import subject
from frame import DIGITS, SHARED, Case, need_tool
from toolchains import WARNINGS

STRICT = [*WARNINGS, "-ffp-contract=off"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize=alignment", "-fno-sanitize-recover=all"]
"""Not the alignment: kernels for DSP cores keep pointers in their scratch, which have four bytes there."""

GCC = ["gcc", "-std=c99", "-O1", *STRICT, *SANITIZE]
CLANG = ["clang", "-std=c99", "-O1", *STRICT]
CXX = ["g++", "-x", "c++", "-std=c++17", "-O1", *STRICT]

CHIPS = ("cortex-m0", "cortex-m4", "cortex-m55")
GOALS = ("speed", "ram")
REGIONS = ("0-0=1", "0-1=2", "0-3=3")
"""Of the digit classifier: one operator, two, and with a pool."""

TINY = ("branches", "convolutions", "float")
"""The models of tests/models whose input is a picture that can come by rows."""

PICTURES = ("mlperf-tiny/vww_int8", "mlperf-tiny/ic_int8", "mlperf-tiny/ic_float", "mlperf-tiny/kws_int8",
            "tflm/person_detect")


class Stream(Case):
    """The harness's outputs against those that `zerre run` gives for whole pictures."""

    def right(self, one: subject.Subject, *options: str) -> list[arrays.Array]:
        named = {f"input_{index}": array for index, array in enumerate(one.inputs)}
        source, result = self.write("in.npz", arrays.npz(named)), self.folder / "out.npz"
        self.succeeds("run", one.path, "-i", source, "-o", result, *options)
        return list(arrays.load(result).values())

    def check(self, one: subject.Subject, command: list[str], target: str, *options: str) -> None:
        need_tool(command[0])
        right = [array.data for array in self.right(one)]
        on_host = self.right(one, "-t", target, "--stream-input", *options)
        self.assertEqual([array.data for array in on_host], right)
        subject.generate(one, self.folder, target, ("--stream-input", *options))
        found = subject.split(subject.execute(one, self.folder, command), on_host)
        self.assertEqual([array.data for array in found], right)

    def test_own_models(self) -> None:
        for one in [one for one in subject.tiny() if one.name in TINY] + subject.bundled():
            with self.subTest(one.name):
                self.check(one, GCC, "cortex-m0", "-O", "ram")

    def test_chips(self) -> None:
        one = subject.with_random_inputs("digits", DIGITS / "digits_int8.tflite")
        for target in CHIPS:
            for goal in GOALS:
                with self.subTest(target=target, goal=goal):
                    self.check(one, GCC, target, "-O", goal)

    def test_compilers(self) -> None:
        for one in subject.bundled():
            for command in (CLANG, CXX):
                with self.subTest(model=one.name, compiler=command[0]):
                    self.check(one, command, "cortex-m4", "-O", "ram")

    def test_regions(self) -> None:
        """Regions that a user gives."""
        one = subject.with_random_inputs("digits", DIGITS / "digits_int8.tflite")
        for rows in REGIONS:
            with self.subTest(rows):
                self.check(one, GCC, "cortex-m4", "--rows", rows)

    def test_shared_models(self) -> None:
        if not SHARED.is_dir():
            self.skipTest("../shared not here")
        compared = 0
        for name in PICTURES:
            path = SHARED / "models" / f"{name}.tflite"
            if not path.is_file():
                continue
            one = subject.with_random_inputs("model", path, samples=2)
            with self.subTest(name):
                command = ["gcc", "-std=c99", "-O1", "-ffp-contract=off", "-DFEW_ADDRESSES"]
                self.check(one, command, "cortex-m4", "-O", "ram")
                compared += 1
        self.assertGreater(compared, 3)
