"""What is on its way to a realtime model: sound and events, in their order."""

import asyncio
from collections import deque

from ..agents.realtime.connection import MODEL_RATE_HZ, Event
from .pre_roll import PRE_ROLL_SECS

MOST_KEPT_SECS = 30.0
"""How much sound is kept at most: of a turn, and of what is said while there is no session."""

_BYTES_PER_SEC = 2 * MODEL_RATE_HZ


class RealtimeOutbox:
    """Holds what is to be sent, and what was sent of a turn that is not over.

    A session that is lost while the user speaks has heard half a turn: the next one hears all of it.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes | Event] = deque()
        self._sent: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._keeps_turn = False

    def put(self, what: bytes | Event) -> None:
        """Sends it, once there is a session."""
        self._waiting.append(what)
        self._news.set()

    def hear(self, audio: bytes) -> None:
        """Sends what the microphone heard; of what waits too long the oldest is dropped."""
        self.put(audio)
        _shorten(self._waiting, MOST_KEPT_SECS)

    def begin_turn(self, pre_roll_secs: float) -> None:
        """The user speaks, and did so in the last of what was sent: all that is sent from now on is kept."""
        _shorten(self._sent, pre_roll_secs)
        self._keeps_turn = True

    def end_turn(self) -> bytes:
        """The user's turn is over; returns its sound, or the last of it."""
        self._keeps_turn = False
        return b"".join(each for each in (*self._sent, *self._waiting) if isinstance(each, bytes))

    async def take(self) -> bytes | Event:
        """What is to be sent next."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    def sent(self, audio: bytes) -> None:
        """The model has heard as much."""
        self._sent.append(audio)
        _shorten(self._sent, MOST_KEPT_SECS if self._keeps_turn else PRE_ROLL_SECS)

    def again(self) -> None:
        """What was sent last is to be sent once more, to another session; events were for the one before."""
        waiting = [each for each in self._waiting if isinstance(each, bytes)]
        self._waiting = deque([*self._sent, *waiting])
        self._sent.clear()

    def drop_sound(self) -> None:
        """What was heard until now is nobody's to hear; events stay."""
        self._waiting = deque(each for each in self._waiting if not isinstance(each, bytes))
        self._sent.clear()

    def forget(self) -> None:
        """Nothing of it is anybody's to hear."""
        self._waiting.clear()
        self._sent.clear()
        self._keeps_turn = False


def _shorten(queue: deque, most_secs: float) -> None:
    """Drops the oldest sound; events stay."""
    while sum(len(each) for each in queue if isinstance(each, bytes)) > most_secs * _BYTES_PER_SEC:
        queue.remove(next(each for each in queue if isinstance(each, bytes)))
