"""The suite's own assumptions."""

from __future__ import annotations

import pytest

from cases import GENERATORS
from oracle import LITERT, LocalOracle, Refused
from test_operators import draw_case

TRIED = 10


@pytest.mark.parametrize("target", LITERT)
def test_micro_lacks_it(target: str, oracle: LocalOracle) -> None:
    """LiteRT decides only where TFLite Micro cannot; a newer wheel may have what this one lacks."""
    name, kind = target.split(":")
    assert kind in GENERATORS[name]
    for number in range(TRIED):
        case = draw_case(1, target, number, 0)
        with pytest.raises(Refused):
            oracle.run("tflm", case.question, case.inputs, case.outputs)
