"""What lists and tables are printed on: a terminal in colour, or plain lines that are never broken."""

from rich.console import Console
from rich.table import Table

_WIDE = 240


def paper() -> Console:
    """Standard output; where that is no terminal, wide enough that one row is one line."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDE)


def columns(*titles: str, unbroken: int = 2) -> Table:
    """A table without lines, whose first columns are never broken."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for number, title in enumerate(titles):
        table.add_column(title, no_wrap=number < unbroken, overflow="fold")
    return table
