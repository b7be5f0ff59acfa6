"""How much silence means that the user's turn is over: less where it sounds finished, more where not."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from loguru import logger

from ..agents.frames import VADSegmentFrame
from .silence_rule import SilenceRule
from .smart_turn import HEARD_SECS, SAMPLE_RATE_HZ

LEAD_SECS = 0.5
"""How much of the quiet before a turn the model hears, as in its training."""
FALLBACK_SECS = 0.6
"""The fixed silence of a call whose model fails."""

SURE, UNSURE = 0.98, 0.8
"""The model's scale as it is: most pauses inside a sentence get more than half, few of them 0.98."""


class TurnModel(Protocol):
    """What gives a verdict on audio."""

    def probability(self, audio: bytes) -> Awaitable[float]:
        """How likely it is that nothing follows; 16 kHz mono 16 bit."""
        ...


@dataclass(frozen=True)
class Silences:
    """What a verdict is worth, in seconds of silence.

    Between the two it goes in a straight line: the verdict on the same words moves by 0.2 when the
    audio is shifted by 20 ms, and must not move the decision by much.
    """

    sure_secs: float = 0.45
    unsure_secs: float = 1.05

    def for_probability(self, probability: float) -> float:
        """The silence that ends the turn after this verdict."""
        doubt = min(1.0, max(0.0, (SURE - probability) / (SURE - UNSURE)))
        return self.sure_secs + doubt * (self.unsure_secs - self.sure_secs)


class SmartSilence(SilenceRule):
    """Asks the model once in each pause; until it has answered, silence has to be long.

    What it is asked about always ends with the same window after the last voiced one, so that its
    verdict depends on the audio and not on how the network cut it up.
    """

    def __init__(self, model: TurnModel, silences: Silences) -> None:
        self._model = model
        self._silences = silences
        self._needed_secs = silences.unsure_secs
        self._heard = b""
        self._has_failed = False

    @property
    def needed_secs(self) -> float:
        """By the verdict on this pause."""
        return FALLBACK_SECS if self._has_failed else self._needed_secs

    def start_turn(self) -> None:
        """What was said before the agent's answer is no evidence."""
        self._heard = b""
        self.resume()

    def resume(self) -> None:
        """The verdict was on a pause that is over."""
        self._needed_secs = self._silences.unsure_secs

    async def pause(self, segment: VADSegmentFrame) -> None:
        """Asks about the whole turn so far; the first failure is logged and ends the asking."""
        if self._has_failed:
            return
        self._heard = (self._heard + self._part(segment))[-_bytes(HEARD_SECS) :]
        try:
            probability = await self._model.probability(self._heard)
        except Exception as error:
            self._has_failed = True
            logger.warning(
                "smart endpointing failed ({}); this call goes on with {} s of silence",
                type(error).__name__,
                FALLBACK_SECS,
            )
        else:
            self._needed_secs = self._silences.for_probability(probability)

    def _part(self, segment: VADSegmentFrame) -> bytes:
        """Of the first segment of a turn, the quiet before it is cut short."""
        surplus_secs = 0.0 if self._heard else max(0.0, segment.lead_secs - LEAD_SECS)
        return segment.audio[_bytes(surplus_secs) :]


def _bytes(secs: float) -> int:
    return round(secs * SAMPLE_RATE_HZ) * 2
