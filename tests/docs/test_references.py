"""Links, paths and names in the documentation lead somewhere."""

from __future__ import annotations

import re

from frame import ROOT, Case
from pages import TEXTS, anchors, links, name_of, ticked


def sources() -> str:
    """Everything that a name may be from."""
    files = [file for folder in ("src", "firmware", "tests") for file in (ROOT / folder).rglob("*.[chS]")]
    files += [*(ROOT / "src").rglob("*.def"), ROOT / "CMakeLists.txt"]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class References(Case):
    def test_links(self) -> None:
        for page, text in TEXTS.items():
            for link in links(text):
                with self.subTest(page=name_of(page), link=link):
                    target, _, anchor = link.partition("#")
                    other = (page.parent / target).resolve() if target else page
                    self.assertTrue(other.exists(), "no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(other.read_text(encoding="utf-8")))

    def test_paths(self) -> None:
        """`src/ops/op.h` is a file, `src/ops/*/ref.c` are some; NAME stands for any name."""
        for page, text in TEXTS.items():
            for tick in ticked(text):
                if not re.fullmatch(r"(src|tests|docs|tools|bench|firmware|models|examples)/[\w./*-]*", tick):
                    continue
                with self.subTest(page=name_of(page), path=tick):
                    self.assertTrue(list(ROOT.glob(tick.rstrip("/").replace("NAME", "*"))), "no such file")

    def test_make_commands(self) -> None:
        """`make demo` is a command of the Makefile."""
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        commands = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
        for page, text in TEXTS.items():
            for command in re.findall(r"^make (\w+)|`make (\w+)", text, re.MULTILINE):
                with self.subTest(page=name_of(page), command=command):
                    self.assertIn("".join(command), commands)

    def test_names(self) -> None:
        """`zr_model_verify` and its like are names of the sources."""
        code = set(re.findall(r"\w+", sources()))
        for page, text in TEXTS.items():
            for tick in ticked(text):
                for name in re.findall(r"\b(?:(?:zr|zk|cli|emit)_\w+|ZR_[A-Z0-9_]+)", tick):
                    with self.subTest(page=name_of(page), name=name):
                        self.assertIn(name, code)
