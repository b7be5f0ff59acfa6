"""What the user said in one turn to a realtime model."""

from collections.abc import Callable
from typing import Self

from ..agents.words import Words


class RealtimeUtterance:
    """Its place in the conversation, its sound, and what its session has written down of it so far.

    `sound` is mono, signed 16 bit, at `MODEL_RATE_HZ`: as much of the end of the turn as is kept.
    """

    def __init__(self, words: Words, sound: bytes, on_missed: Callable[[Self], None]) -> None:
        self.words = words
        self.sound = sound
        self.interim = ""
        self._on_missed = on_missed
        self._is_missed = False

    @property
    def is_known(self) -> bool:
        """Whether no more of it is to come."""
        return self.words.text is not None

    def know(self, text: str) -> None:
        """It is written down."""
        self.words.know(text.strip())
        self.sound = b""

    def miss(self) -> None:
        """Its session won't write it down, or not in time."""
        if not self.is_known and not self._is_missed:
            self._is_missed = True
            self._on_missed(self)
