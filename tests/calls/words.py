"""How far what was heard is from what was said."""

import re
from pathlib import Path

SENTENCES = {
    name.strip(): says.strip()
    for line in (Path(__file__).parents[1] / "speech" / "README.md").read_text().splitlines()
    if line.startswith("|") and ".wav" in line
    for names, says in [line.strip("| ").split("|")[:2]]
    for name in names.replace(".wav", "").split(",")
}


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower())


def errors(said: str, heard: str) -> int:
    """How many words must be changed, put in or taken out."""
    want, got = words(said), words(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(want, start=1):
        row, above = [i], row
        for j, other in enumerate(got, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other)))
    return row[-1]


def error_rate(said: str, heard: str) -> float:
    """Word error rate."""
    return errors(said, heard) / max(1, len(words(said)))
