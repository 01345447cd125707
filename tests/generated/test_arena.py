"""Every plan of the memory computes the same and keeps to its arena.

The harness has the arena between guards that nothing may read or write, fills it with several patterns before each
inference, and puts it at every address that NAME_ARENA_ALIGN allows; NAME_init must refuse the others.
"""

from __future__ import annotations

import re

import plans
import subject
from frame import DIGITS, SHARED, model

PLANS: dict[str, tuple[str, ...]] = {
    "reference": (),
    "ram": plans.RAM,
    "ram, Helium": ("--target", "cortex-m55", "--optimize", "ram"),
}

STRIPS = {
    model("convolutions"): ("0-2=1", "0-1=2"),
    DIGITS / "digits_int8.tflite": ("0-3=1", "2-3=3"),
    SHARED / "models/mlperf-tiny/kws_int8.tflite": ("0-9=1", "0-9=3"),
    SHARED / "models/mlperf-tiny/ic_int8.tflite": ("0-11=1",),
    SHARED / "models/mlperf-tiny/vww_int8.tflite": ("0-26=1",),
}
"""Operators that are computed together, so many rows at a time."""


class Arena(plans.Plans):
    def test_own_models(self) -> None:
        for one in subject.tiny() + subject.bundled():
            expected = self.reference(one)
            for name, plan in PLANS.items():
                with self.subTest(model=one.name, plan=name):
                    self.check(one, expected, plan, plans.COMMAND)

    def test_strips(self) -> None:
        for path, all_rows in STRIPS.items():
            shared = SHARED in path.parents
            if shared and not SHARED.is_dir():
                continue
            one = subject.with_random_inputs("strips", path, 2)
            expected = self.reference(one)
            for rows in all_rows:
                with self.subTest(model=path.stem, rows=rows):
                    plan = ("--target", "cortex-m4", "--rows", rows)
                    self.check(one, expected, plan, plans.LARGE if shared else plans.COMMAND)
                    self.assertGreater(self.most_calls(one), 1)
        if not SHARED.is_dir():
            self.skipTest("../shared not here")

    def most_calls(self, one: subject.Subject) -> int:
        """How often the generated code calls the kernel that it calls most: one call a strip."""
        text = (self.folder / f"{one.symbol}.c").read_text()
        calls = re.findall(r"^    (zk_\w+)\(", text, re.MULTILINE)
        return max(calls.count(name) for name in set(calls))
