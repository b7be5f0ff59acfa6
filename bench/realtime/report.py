"""What came of a run, as tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from rich.table import Table

from .hang_ups import Footprint, Left
from .turns import Measured
from .ways import Way


@dataclass
class Results:
    """The turns of each way in the order in which they were taken, and what its calls left behind."""

    ways: tuple[Way, ...]
    turns: dict[Way, list[Measured]] = field(default_factory=dict)
    set_up_ms: dict[Way, list[float | None]] = field(default_factory=dict)
    left: dict[Way, Left] = field(default_factory=dict)

    def add(self, way: Way, set_up_ms: float | None, turns: list[Measured]) -> None:
        """One more call; None if there was none."""
        self.turns.setdefault(way, []).extend(turns)
        self.set_up_ms.setdefault(way, []).append(set_up_ms)

    def faults(self) -> list[str]:
        """The turns that were not answered, a line each."""
        return [
            f"{way.name}, turn {number}: {turn.why}"
            for way, turns in self.turns.items()
            for number, turn in enumerate(turns, 1)
            if turn.why
        ]

    def turn_table(self) -> Table:
        """A line for each way."""
        table = Table(
            "way", title="a turn, ms: p50 / p95; from the last audible sample of the user, of answered turns"
        )
        for column in ("to turn's end", "to text", "to sound", "sent to seen", "set-up", "answered"):
            table.add_column(column, justify="right")
        for way in self.ways:
            turns = self.turns.get(way, [])
            good = [turn for turn in turns if not turn.why]
            times = ((turn.ended_ms, turn.text_ms, turn.sound_ms, turn.lag_ms) for turn in good)
            columns = list(zip(*times, strict=True)) or [()] * 4
            cells = [*map(_times, columns), _times(self.set_up_ms.get(way, []))]
            table.add_row(way.name, *cells, f"{len(good)} of {len(turns)}")
        return table

    def transport_table(self) -> Table:
        """WebRTC against WebSocket: the same turn of the same agent."""
        table = Table("agent", title="WebRTC minus WebSocket for the same turn, ms: p50 / p95")
        for column in ("to text", "to sound", "turns"):
            table.add_column(column, justify="right")
        for over_socket in self.ways:
            over_peer = Way("webrtc", over_socket.agent)
            if over_socket.transport == "websocket" and over_peer in self.turns:
                pairs = self._pairs(over_socket, over_peer)
                more = [[_more(a.text_ms, b.text_ms), _more(a.sound_ms, b.sound_ms)] for a, b in pairs]
                cells = [_times(column) for column in zip(*more, strict=True)] or ["–", "–"]
                table.add_row(over_socket.agent, *cells, str(len(pairs)))
        return table

    def left_table(self) -> Table:
        """What hung-up calls left behind."""
        count = max((len(left.set_up_ms) for left in self.left.values()), default=0)
        table = Table("way", title=f"after {count} calls that were set up and hung up: more than before")
        heads = ("calls", "sessions", "server: descriptors", "threads", "MiB", "sandbox: descriptors")
        for column in (*heads, "threads", "gone after, s", "set-up, ms"):
            table.add_column(column, justify="right")
        for way, left in self.left.items():
            before, after = left.before, left.after
            server, sandbox = _grown(before.server, after.server), _grown(before.sandbox, after.sandbox)
            counts = (f"{after.calls - before.calls:+}", f"{after.sessions - before.sessions:+}")
            cells = (*counts, *server, *sandbox[:2], f"{left.settled_secs:.1f}")
            table.add_row(way.name, *cells, _times(left.set_up_ms))
        return table

    def _pairs(self, one: Way, other: Way) -> list[tuple[Measured, Measured]]:
        """The same turns of both, where both were answered."""
        both = zip(self.turns.get(one, []), self.turns[other], strict=False)
        return [pair for pair in both if not any(turn.why for turn in pair)]


def _more(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else other - one


def _times(ms: Iterable[float | None]) -> str:
    known = [each for each in ms if each is not None]
    return f"{np.median(known):.0f} / {np.percentile(known, 95):.0f}" if known else "–"


def _grown(before: Footprint, after: Footprint) -> tuple[str, str, str]:
    return (
        f"{after.descriptors - before.descriptors:+}",
        f"{after.threads - before.threads:+}",
        f"{after.memory_mib - before.memory_mib:+.1f}",
    )
