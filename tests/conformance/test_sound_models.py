"""The project's own sound models, on recordings that they were not trained with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import models
import zerre

DATA = models.SHARED / "data"
KEYWORDS = zerre.ROOT / "models" / "keywords"
SOUNDS = zerre.ROOT / "models" / "sounds"


def answer(*words: object) -> dict:
    command = [str(word) for word in (zerre.binary(), *words, "--json")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_keywords_of_the_test_speakers() -> None:
    """Words and unknown; the README has the silence too."""
    if not DATA.is_dir():
        pytest.skip("skipped: ../shared not here")
    folder = DATA / "arabic_speech_commands"
    result = answer("eval", KEYWORDS, "--audio", folder, "--labels", folder / "index.csv", "--split", "test")
    assert result["samples"] == 390
    assert result["value"] >= 0.965


def test_keywords_behind_the_stage_that_wakes() -> None:
    """It costs at most half a point."""
    if not DATA.is_dir():
        pytest.skip("skipped: ../shared not here")
    folder = DATA / "arabic_speech_commands"
    words = ("eval", KEYWORDS, "--audio", folder, "--labels", folder / "index.csv", "--split", "test")
    assert answer(*words, "--wake")["value"] >= answer(*words)["value"] - 0.005


def test_keywords_by_a_synthesizer() -> None:
    clips = KEYWORDS / "clips"
    assert answer("eval", KEYWORDS, "--audio", clips, "--labels", clips / "index.csv")["right"] == 10


def test_keywords_are_small() -> None:
    assert answer("check", KEYWORDS)["weights_bytes"] <= 14336


@pytest.mark.qemu
@pytest.mark.parametrize("budget", [[], ["--flash", "19K"]])
def test_keywords_fit_the_chip(budget: list[str]) -> None:
    """What runs all the time, an inference every 200 ms; within the budget the network's constants are small, too."""
    result = answer("bench", KEYWORDS, "--target", "cortex-m4", *budget)
    sound = result["sound"]
    if budget:
        assert result["weights_bytes"] <= 14336
    assert sound["ram_bytes"] <= 16384
    assert sound["flash_bytes"] <= 40960
    assert sound["instructions_per_second"] <= 6_000_000
    averages = {heard["sound"]: heard["instructions_per_second"] for heard in sound["sounds"]}
    assert averages["silence"] <= 1_200_000
    assert averages["noise"] <= 1_200_000
    assert averages["speech"] <= 6_000_000


def test_sounds_of_fold_4(tmp_path: Path) -> None:
    folder = DATA / "esc10"
    if not folder.is_dir():
        pytest.skip("skipped: ../shared not here")
    rows = [f"{path.relative_to(folder)},{path.parent.name}" for path in sorted(folder.rglob("4-*.ogg"))]
    (tmp_path / "index.csv").write_text("file,label\n" + "\n".join(rows) + "\n")
    result = answer("eval", SOUNDS, "--audio", folder, "--labels", tmp_path / "index.csv", "--windows")
    assert result["samples"] == 80
    assert result["value"] >= 0.86


@pytest.mark.qemu
def test_sounds_fit_the_chip() -> None:
    assert answer("bench", SOUNDS, "--target", "cortex-m4")["sound"]["ram_bytes"] <= 23552
