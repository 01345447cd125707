"""The weighted operators once more, driven by hypothesis.

The mass of random cases finds a failure; hypothesis then finds the smallest one, which is worth it where a case has
a dozen numbers: windows, strides, dilations, paddings and depths.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import zerre
from case import SearchDraw, Sketch
from cases import GENERATORS
from compare import difference
from oracle import LocalOracle, Refused, engine_for

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
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def search(data: st.DataObject) -> None:
        sketch = Sketch(SearchDraw(lambda low, high: data.draw(st.integers(low, high))), kind)
        GENERATORS[name][kind](sketch)
        case = sketch.case()
        try:
            expected = oracle.run(engine_for(target), case.model, case.inputs, case.outputs)
        except Refused:
            return
        model = tmp_path / "model.tflite"
        model.write_bytes(case.model)
        inputs = {f"input_{index}": array for index, array in enumerate(case.inputs)}
        assert difference(expected, zerre.run(tmp_path, model, inputs, case.outputs)) is None, f"see {tmp_path}"

    search()
