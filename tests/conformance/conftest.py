"""Options of the suite, and what its tests share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import models
import zerre
from oracle import LocalOracle

DEFAULT_SEED = 1
DEFAULT_CASES = 400


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--seed", default=str(DEFAULT_SEED), help="a number, or 'new' for one never used before")
    group.addoption("--cases", type=int, default=DEFAULT_CASES, help="cases an operator, over all its types")
    group.addoption("--target", help="a chip: its kernels run on this computer, instead of the reference")
    group.addoption("--case", help="one case alone, as a failure names it: OPERATOR:type:number")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "qemu: runs on an emulated chip")
    zerre.TARGET = config.getoption("--target")
    seed = config.getoption("--seed")
    config.seed = secrets.randbelow(1 << 32) if seed == "new" else int(seed)


def pytest_report_header(config: pytest.Config) -> str:
    return f"zerre: {zerre.binary()}, conformance seed: {config.seed}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says what must not go unseen, even with -q: how to have the same cases again, and what did not run."""
    terminalreporter.write_line(f"conformance seed: {config.seed}")
    if not models.SHARED.is_dir():
        terminalreporter.write_line("skipped: ../shared not here, so no whole model but the bundled ones was run")


@pytest.fixture(scope="session")
def oracle() -> Iterator[LocalOracle]:
    """An engine process for each thread that asks."""
    oracle = LocalOracle()
    yield oracle
    oracle.close()


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    """The threads that wait for zerre and the engines; one pool for all tests, since each thread has its engine."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Without the program there is nothing to test, which is no reason to pass."""
    if not zerre.binary().exists():
        pytest.exit(f"{zerre.binary()} does not exist: run make, or say where it is in ZERRE", returncode=3)
