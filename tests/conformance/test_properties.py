"""The weighted operators once more, driven by hypothesis.

The mass of random cases finds a failure; hypothesis then finds the smallest one, which is worth it where a case has
a dozen numbers: windows, strides, dilations, paddings and depths.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from case import SearchDraw, Sketch
from cases import GENERATORS
from oracle import LocalOracle, Refused, engine_for
from trial import failure

EXAMPLES = 60

TARGETS = [
    f"{name}:{kind}"
    for name in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "AVERAGE_POOL_2D")
    for kind in GENERATORS[name]
]


@pytest.mark.parametrize("target", TARGETS)
def test_smallest_failure(
    target: str, request: pytest.FixtureRequest, oracle: LocalOracle, tmp_path: Path
) -> None:
    name, kind = target.split(":")

    @seed(request.config.seed)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def search(data: st.DataObject) -> None:
        sketch = Sketch(SearchDraw(lambda low, high: data.draw(st.integers(low, high))), kind.partition("-")[0])
        GENERATORS[name][kind](sketch)
        case = sketch.case()
        try:
            expected = oracle.run(engine_for(target), case.question, case.inputs, case.outputs)
        except Refused:
            return
        sentence = failure(case, expected, tmp_path)
        assert sentence is None, f"{sentence} (the model and its inputs are in {tmp_path})"

    search()
