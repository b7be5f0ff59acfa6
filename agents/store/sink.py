"""Where finalised turns go: the interface that a settings file may name another class for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..wire import SpeakerType


@dataclass(frozen=True)
class Turn:
    """What one side said, once it is final."""

    meeting_id: str
    speaker_type: SpeakerType
    text: str
    started_at: datetime
    """Start of the utterance, with its time zone."""

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError("Turn.started_at has no time zone; use datetime.now(UTC)")


@dataclass(frozen=True)
class Chunk:
    """One row of a transcript."""

    id: str
    meeting_id: str
    sequence_number: int
    """1, 2, 3 ... per meeting, in the order in which the turns were finalised."""
    speaker_type: SpeakerType
    text: str
    timestamp: datetime
    """Start of the utterance, UTC."""


class TurnSink(Protocol):
    """Keeps finalised turns, so that a team may keep them somewhere else than in our two tables."""

    async def save(self, turn: Turn) -> Chunk:
        """Return once the turn cannot be lost any more; turns of one meeting keep the order of the calls.

        Raises:
            RowRefused: this turn can never be kept.
        """
        ...
