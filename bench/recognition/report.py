"""What came of a run, as a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from rich.table import Table

from .recordings import Recording, word_count, word_errors
from .ways import Heard


@dataclass
class Results:
    """What each way made of each recording, round by round."""

    ways: tuple[str, str]
    recordings: list[Recording]
    heard: dict[tuple[str, str], list[Heard]] = field(default_factory=dict)

    def add(self, way: str, recording: Recording, heard: Heard) -> None:
        """One more."""
        self.heard.setdefault((way, recording.name), []).append(heard)

    def table(self) -> Table:
        """Time from the end of speech to the transcript, and words wrong, per recording and in all."""
        table = Table(title="from the end of speech to the transcript, ms: median / p95; words wrong")
        for column in ("recording", *(f"{way}{what}" for way in self.ways for what in ("", ": wrong"))):
            table.add_column(column, justify="left" if column == "recording" else "right")
        for recording in self.recordings:
            table.add_row(recording.name, *self._cells([recording]))
        table.add_section()
        table.add_row("all", *self._cells(self.recordings))
        return table

    def faults(self) -> list[str]:
        """What went wrong, a line each."""
        return [
            f"{name} ({way}): {heard.fault}"
            for (way, name), all_heard in self.heard.items()
            for heard in all_heard
            if heard.fault
        ]

    def _cells(self, recordings: list[Recording]) -> list[str]:
        cells: list[str] = []
        for way in self.ways:
            heard = [(each, one) for each in recordings for one in self.heard.get((way, each.name), [])]
            cells.append(_times(one.after_ms for _, one in heard))
            cells.append(_wrong(heard))
        return cells


def _times(after_ms: Iterable[float | None]) -> str:
    known = [ms for ms in after_ms if ms is not None]
    if not known:
        return "no speech"
    return f"{np.median(known):.0f} / {np.percentile(known, 95):.0f}"


def _wrong(heard: list[tuple[Recording, Heard]]) -> str:
    known = [(each.says, one.text) for each, one in heard if each.says is not None]
    if not known:
        return "unknown"
    wrong = sum(word_errors(*pair) for pair in known)
    return f"{wrong} of {sum(word_count(said) for said, _ in known)}"
