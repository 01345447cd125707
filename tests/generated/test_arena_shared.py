"""The models of ../shared with little memory, as test_arena.py does it; test_host.py has them with the reference kernels."""

from __future__ import annotations

import plans
import subject
from frame import SHARED, zerre

FOLDERS = ("mlperf-tiny", "microwakeword", "tflm", "tinymaix")


class Shared(plans.Plans):
    def test_optimized_for_ram(self) -> None:
        if not SHARED.is_dir():
            self.skipTest("../shared not here")
        compared = 0
        for path in sorted(path for folder in FOLDERS for path in (SHARED / "models" / folder).rglob("*.tflite")):
            if zerre("compile", path, "-o", self.folder, "-n", "model_net").status != 0:
                continue
            one = subject.with_random_inputs("model", path, 2)
            with self.subTest(path.relative_to(SHARED)):
                self.check(one, self.reference(one), plans.RAM, plans.LARGE)
                compared += 1
        self.assertGreater(compared, 20)
