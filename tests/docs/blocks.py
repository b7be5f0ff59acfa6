"""What the documentation shows, taken out of it so that it can be tried."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(language: str, *pages: str) -> list[Block]:
    """All blocks of a language, of these pages or of all."""
    chosen = [page for page in PAGES if not pages or page.name in pages]
    return [block for page in chosen for block in _blocks(page) if block.language == language]


def text_of(page: str) -> str:
    """A page of `docs/`."""
    return (ROOT / "docs" / page).read_text()


def _blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(page.name, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in _FENCE.finditer(text)
    ]
