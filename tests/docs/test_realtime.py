"""What is said of speech to speech is so."""

import re

from turnwise.agents.faults import SENTENCES
from turnwise.agents.retiring_models import RETIRING

from .blocks import text_of

PAGE = text_of("realtime.md")


def rows(heading):
    """The lines of the first table of a section, cell by cell, without its head."""
    table = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n| ", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_models_end_when_the_page_says():
    said = {
        model: cells[-1]
        for cells in rows("Models and their dates")
        for model in re.findall(r"`(.+?)`", cells[0])
    }
    known = {model: str(RETIRING[model].on) if model in RETIRING else "nothing announced" for model in said}
    assert said == known
    realtime = {model for model in RETIRING if "realtime" in model and "2024-10-01" not in model}
    assert realtime <= said.keys()


def test_every_code_of_an_error_is_explained_in_their_order():
    assert [cells[0].strip("`") for cells in rows("When something goes wrong")] == list(SENTENCES)
