"""Reads the parts of a Markdown page that can be proved: fenced blocks, generated tables, links, names in backticks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("", "docs/**/", "examples/**/", "firmware/", "models/**/", "src/**/", "tests/**/")
PAGES = sorted({page for folder in FOLDERS for page in ROOT.glob(f"{folder}*.md")})
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}

FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(<!-- (\w+): made by .*? -->\n)(.*?)(<!-- end -->)", re.DOTALL)  # mark, name, table, mark


@dataclass
class Block:
    """A fenced block: ```c main.c has the words ['c', 'main.c']."""

    words: list[str]
    text: str
    line: int


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(text: str) -> list[Block]:
    return [
        Block(match[1].split(), match[2], text.count("\n", 0, match.start()) + 1) for match in FENCE.finditer(text)
    ]


def prose(text: str) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Targets of the links that stay in the repository."""
    targets = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(text))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """What a link may name behind a '#': the headings as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def ticked(text: str) -> list[str]:
    """Everything in single backticks."""
    return re.findall(r"`([^`\n]+)`", prose(text))
