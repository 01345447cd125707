"""Random one-operator models: zerre's answer against the oracle's, bit for bit."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import zerre
from case import Case, Draw, Sketch
from cases import GENERATORS
from oracle import LocalOracle, Refused, engine_for
from trial import failure

ATTEMPTS = 8
"""How often a case that the oracle refuses is drawn anew."""

LEAST_ACCEPTED = 0.9
SHOWN_FAILURES = 5
FAILURES = zerre.ROOT / "build" / "conformance"


@dataclass
class Outcome:
    """What became of one case."""

    refusals: list[str]
    failure: str | None = None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each operator and type, or only the one that --case names."""
    wanted = metafunc.config.getoption("--case")
    targets = [f"{name}:{kind}" for name, kinds in GENERATORS.items() for kind in kinds]
    if wanted:
        targets = [target for target in targets if wanted.rpartition(":")[0] == target]
        if not targets:
            raise pytest.UsageError(f"--case {wanted}: no such operator and type")
    metafunc.parametrize("target", targets)


def draw_case(seed: int, target: str, number: int, attempt: int) -> Case:
    """The case that these four determine."""
    name, kind = target.split(":")
    draw = Draw([seed, zlib.crc32(target.encode()), number, attempt])
    sketch = Sketch(draw, kind.split("-")[0])
    GENERATORS[name][kind](sketch)
    return sketch.case()


def accepted_case(
    oracle: LocalOracle, seed: int, target: str, number: int, outcome: Outcome
) -> tuple[Case, list[np.ndarray]]:
    """The first attempt that the oracle runs, and its answer."""
    for attempt in range(ATTEMPTS):
        case = draw_case(seed, target, number, attempt)
        try:
            return case, oracle.run(engine_for(target), case.question, case.inputs, case.outputs)
        except Refused as refusal:
            outcome.refusals.append(str(refusal))
    raise AssertionError(f"{target}:{number}: the oracle refused {ATTEMPTS} attempts:\n{outcome.refusals[-1]}")


def check_case(oracle: LocalOracle, seed: int, target: str, number: int) -> Outcome:
    """Runs one case in both."""
    outcome = Outcome([])
    case, expected = accepted_case(oracle, seed, target, number, outcome)
    folder = Path(tempfile.mkdtemp(prefix="zerre-"))
    try:
        outcome.failure = failure(case, expected, folder)
        if outcome.failure:
            outcome.failure = keep(folder, expected, f"{target}:{number}", seed) + outcome.failure
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def keep(folder: Path, expected: list[np.ndarray], name: str, seed: int) -> str:
    """Moves a failed case where it can be looked at, and says where and how to run it again."""
    kept = FAILURES / f"{name.replace(':', '-')}-seed{seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    zerre.save_arrays(kept, "expected", {f"output_{index}": array for index, array in enumerate(expected)})
    command = f"pytest tests/conformance/test_operators.py --seed {seed} --case {name}"
    return f"{name}\n  again: {command}\n  files: {kept}\n  "


def numbers(config: pytest.Config, target: str) -> Iterator[int]:
    """The numbers of the cases to run: the one asked for, or the operator's share for this type."""
    if config.getoption("--case"):
        return iter([int(config.getoption("--case").rpartition(":")[2])])
    kinds = len(GENERATORS[target.split(":")[0]])
    return iter(range(-(-config.getoption("--cases") // kinds)))


def test_operator(
    target: str, request: pytest.FixtureRequest, oracle: LocalOracle, pool: ThreadPoolExecutor
) -> None:
    """All cases of an operator and type."""
    config = request.config
    outcomes = list(pool.map(lambda number: check_case(oracle, config.seed, target, number), numbers(config, target)))
    refusals = [refusal for outcome in outcomes for refusal in outcome.refusals]
    accepted = len(outcomes) / (len(outcomes) + len(refusals))
    alone = config.getoption("--case") is not None
    assert alone or accepted >= LEAST_ACCEPTED, f"only {accepted:.0%} of the cases are valid: {refusals[-1]}"
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    shown = "\n".join(failures[:SHOWN_FAILURES])
    if failures:
        pytest.fail(f"{len(failures)} of {len(outcomes)} cases fail\n{shown}", pytrace=False)
