"""What came of a run, as tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
from rich.table import Table

from .hang_ups import Footprint, Left
from .turns import Measured
from .ways import Way


@dataclass
class Results:
    """The turns of each way's calls in the order in which they were taken, and what calls left behind."""

    ways: tuple[Way, ...]
    calls: dict[Way, list[list[Measured]]] = field(default_factory=dict)
    set_up_ms: dict[Way, list[float | None]] = field(default_factory=dict)
    left: dict[Way, Left] = field(default_factory=dict)

    def add(self, way: Way, set_up_ms: float | None, turns: list[Measured]) -> None:
        """One more call; None if there was none."""
        self.calls.setdefault(way, []).append(turns)
        self.set_up_ms.setdefault(way, []).append(set_up_ms)

    def faults(self) -> list[str]:
        """The turns that were not answered, a line each."""
        return [
            f"{way.name}, turn {number}: {turn.why}"
            for way, calls in self.calls.items()
            for number, turn in enumerate(chain(*calls), 1)
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
            turns = [*chain(*self.calls.get(way, []))]
            good = [turn for turn in turns if not turn.why]
            times = ((turn.ended_ms, turn.text_ms, turn.sound_ms, turn.lag_ms) for turn in good)
            columns = list(zip(*times, strict=True)) or [()] * 4
            cells = [*map(_times, columns), _times(self.set_up_ms.get(way, []))]
            table.add_row(way.name, *cells, f"{len(good)} of {len(turns)}")
        return table

    def transport_table(self) -> Table:
        """WebRTC against WebSocket: the same turn of the same agent; and beside it what is chance.

        Where in a word the detector's windows begin moves the turn's end to and fro; by how much shows in two
        calls of the same transport. What follows the turn's end is free of it: the way back alone.
        """
        table = Table("agent", "over", title="more than over WebSocket for the same turn, ms: p50 / p95")
        for column in ("to turn's end", "from there to text", "from there to sound", "to sound", "turns"):
            table.add_column(column, justify="right")
        for over_socket in self.ways:
            over_peer = Way("webrtc", over_socket.agent)
            if over_socket.transport == "websocket" and over_peer in self.calls:
                calls = self.calls.get(over_socket, [])
                both = zip(calls, self.calls[over_peer], strict=False)
                table.add_row(over_socket.agent, "webrtc", *_more_in(both))
                table.add_row(over_socket.agent, "websocket, a round later", *_more_in(pairwise(calls)))
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


def _more_in(calls: Iterable[tuple[list[Measured], list[Measured]]]) -> list[str]:
    """How much more the turns of the second call of each pair took than those of the first; both answered."""
    turns = chain.from_iterable(zip(one, other, strict=True) for one, other in calls)
    pairs = [(_parts(one), _parts(other)) for one, other in turns if not (one.why or other.why)]
    more = [[_more(*parts) for parts in zip(*pair, strict=True)] for pair in pairs]
    return [*(_times(column) for column in zip(*more, strict=True)), str(len(pairs))] if more else []


def _parts(turn: Measured) -> tuple[float | None, ...]:
    """To the turn's end, from there to the text, from there to the sound, and to the sound in all."""
    from_end = (_more(turn.ended_ms, turn.text_ms), _more(turn.ended_ms, turn.sound_ms))
    return (turn.ended_ms, *from_end, turn.sound_ms)


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
