"""How much silence means that the user's turn is over: a fixed time."""

from abc import ABC, abstractmethod

from ..agents.frames import VADSegmentFrame, VADSilenceFrame


class SilenceRule(ABC):
    """Says from what was heard when the silence is long enough. One for each call.

    It knows no clock and no network: the same audio gives the same answer, in a call as in
    `bench/endpointing`, which runs these very objects.
    """

    @property
    @abstractmethod
    def needed_secs(self) -> float:
        """The silence that ends the turn, as far as is known now."""

    def is_over(self, silence: VADSilenceFrame) -> bool:
        """Whether the turn is over; never while speech may be starting again."""
        return silence.silence_secs >= self.needed_secs and not silence.is_starting

    @abstractmethod
    def start_turn(self) -> None:
        """Forgets the turn before."""

    @abstractmethod
    def resume(self) -> None:
        """Speech goes on: what was thought of the silence no longer counts."""

    @abstractmethod
    async def pause(self, segment: VADSegmentFrame) -> None:
        """Speech has paused: takes what was heard as evidence, for as long as that takes."""


class FixedSilence(SilenceRule):
    """The same silence after whatever was said."""

    def __init__(self, silence_secs: float) -> None:
        self._silence_secs = silence_secs

    @property
    def needed_secs(self) -> float:
        """Always the same."""
        return self._silence_secs

    def start_turn(self) -> None:
        """Nothing to forget."""

    def resume(self) -> None:
        """Nothing was thought."""

    async def pause(self, segment: VADSegmentFrame) -> None:
        """What was said makes no difference."""
